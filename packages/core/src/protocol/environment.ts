/** Time and chance, passed in so that tests and simulations own them. */
export interface Clock {
  /** Milliseconds since 1970; may jump. */
  now(): number;
  /** Milliseconds of a clock that never jumps; differences only. */
  monotonic(): number;
  /** Calls back once after `ms`; the returned timer can be cleared. Does not keep a process alive by itself. */
  setTimeout(callback: () => void, ms: number): Timer;
}

export interface Timer {
  clear(): void;
}

export interface Random {
  /** A number from 0 up to 1, not for secrets. */
  next(): number;
  /** A token of `bytes` unguessable bytes as base64url. */
  token(bytes: number): string;
}
