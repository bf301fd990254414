import type { Role } from './roles.ts';

/** What the host calls this installation; the console colours its badge by it. */
export type Environment = 'development' | 'test' | 'staging' | 'production' | (string & {});

/** The answer to "who am I", for everyone who asks. */
export interface SessionView {
  readonly environment: Environment;
  /** Undefined when nobody is signed in. */
  readonly user?: { readonly name: string; readonly role: Role; readonly expiresMs: number };
}

export interface LoginInput {
  readonly name: string;
  readonly password: string;
}
