import type { MaybePromise } from '../buffer/message-buffer.ts';

/** Goes on with what a buffer answers: at once where it is there, so that a buffer in memory costs no turn. */
export function after<T, U>(value: MaybePromise<T>, use: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return typeof value === 'object' && value !== null && 'then' in value ? Promise.resolve(value).then(use) : use(value);
}
