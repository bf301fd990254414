import type { Audience, PublishAnswer } from '@pollux/core';

export interface InjectSchemas {
  readonly applications: readonly {
    readonly name: string;
    readonly title?: string | undefined;
    readonly fetchTargets: readonly string[];
    /** JSON Schemas of payloads, by type. */
    readonly schemas: Readonly<Record<string, unknown>>;
    /** How many recipients have a session with it now. */
    readonly recipients: number;
  }[];
  /** Recipients with a session now, as suggestions: at most 200. */
  readonly recipients: readonly string[];
  /** How many recipients have a session now. */
  readonly recipientCount: number;
  readonly groups: readonly string[];
  readonly limits: { readonly messageBytes: number; readonly ttlSeconds: number; readonly ttlMaxSeconds: number };
}

export interface InjectInput {
  readonly application: string;
  readonly to: Audience;
  readonly kind: 'direct' | 'fetch';
  readonly type: string;
  /** The payload of a direct notification, as JSON text. */
  readonly data?: string | undefined;
  readonly fetch?:
    | { readonly href: string; readonly version?: string | undefined; readonly spread?: number | undefined }
    | undefined;
  readonly ttl?: number | undefined;
  readonly urgency?: 'very-low' | 'low' | 'normal' | 'high' | undefined;
  readonly topic?: string | undefined;
  readonly key?: string | undefined;
}

export type InjectAnswer = PublishAnswer;
