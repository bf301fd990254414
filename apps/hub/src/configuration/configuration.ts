/** What the hub can be told: the checked configuration, with every default filled in. */
import type { Limits } from '@pollux/core';

/** Where a server listens. */
export interface ListenConfiguration {
  readonly host: string;
  readonly port: number;
}

/** One application, as the configuration registers it. */
export interface ApplicationConfiguration {
  readonly title?: string;
  /** SHA-256 fingerprints of the keys that may publish for it, `sha256:<64 hex digits>`. */
  readonly publisherKeys: readonly string[];
  readonly fetchTargets: readonly string[];
  readonly overflow?: 'reject' | 'drop-oldest';
  readonly retain: 'acknowledged' | 'ttl';
  readonly schemas: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** How the tokens of clients are checked: by a secret, or by a key set. The rules between settings see to it that one is there. */
export interface TokensConfiguration {
  readonly secret?: string;
  /** Accepted beside `secret`, while it is being exchanged. */
  readonly secrets?: readonly string[];
  /** The address of a key set. */
  readonly jwks?: string;
  readonly algorithms?: readonly ('EdDSA' | 'RS256')[];
  readonly issuer?: string;
  readonly audience?: string;
}

/** Somebody who may use the console. */
export interface CredentialConfiguration {
  readonly name: string;
  /** `scrypt:…`, as `pollux-hub password` prints it. */
  readonly password: string;
  readonly role: 'viewer' | 'operator' | 'admin';
}

/** The second listener: console, metrics, health. */
export interface AdminConfiguration extends ListenConfiguration {
  /** Shown by the console's badge. */
  readonly environment: string;
  readonly credentials: readonly CredentialConfiguration[];
  /** Origins under which browsers reach it, beside the loopback names. */
  readonly origins: readonly string[];
  readonly allowRemote: boolean;
}

/** Where messages wait. */
export interface BufferConfiguration {
  readonly kind: 'memory' | 'lmdb' | 'redis';
  /** Of the file of kind `lmdb`. */
  readonly path: string;
  /** Of the server of kind `redis`, or of some processes of a cluster, separated by spaces. */
  readonly url: string;
  /** What keys of kind `redis` begin with. */
  readonly prefix: string;
  /** Replicas of kind `redis` that must have a message before it is accepted. */
  readonly waitReplicas: number;
  /** Hash tags of kind `redis`, in a cluster. */
  readonly buckets: number;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Everything together. */
export interface HubConfiguration {
  readonly $schema?: string;
  readonly listen: ListenConfiguration;
  readonly workers: number;
  readonly basePath: string;
  readonly origins: readonly string[];
  readonly applications: Readonly<Record<string, ApplicationConfiguration>>;
  readonly identity: { readonly tokens: TokensConfiguration; readonly developmentSignIn: boolean };
  readonly buffer: BufferConfiguration;
  readonly limits: Limits;
  readonly admin?: AdminConfiguration;
  readonly log: { readonly level: LogLevel };
  readonly shutdown: { readonly drainSeconds: number };
}
