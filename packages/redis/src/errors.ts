/** What failures mean to those who wait. */
import { CommunicationError, problem } from '@pollux/core';

export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/**
 * The store cannot be used at present; whatever was asked may or may not have been done. The reason is for operators:
 * whoever asked is told nothing of what stands behind the server.
 */
export function unavailable(reason: string, cause?: unknown): CommunicationError {
  const detail = 'The message buffer cannot be used at present.';
  return new CommunicationError(problem('buffer-unavailable', { detail, retryAfter: 1 }), {
    cause: new Error(reason, { cause }),
  });
}

/** Redis takes nothing more. */
export function full(cause: unknown): CommunicationError {
  const detail = 'The message buffer has no room left.';
  return new CommunicationError(problem('buffer-full', { detail, retryAfter: 1 }), { cause });
}

/** Fewer replicas have a message than were asked for. */
export function notReplicated(): CommunicationError {
  const detail = 'Too few replicas have it so far. Sent again under its key it is not stored twice.';
  return new CommunicationError(problem('buffer-unavailable', { detail, retryAfter: 1 }));
}

/** The key stands at another process of the cluster, or is on its way to one: nothing was done. */
export class MovedError extends Error {
  override readonly name = 'MovedError';
}

/** Whether an error says that nothing was done because the key is not here. */
export function isMoved(reason: string): boolean {
  return /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b/.test(reason);
}

/** Whether an error says that this process will not do, whatever it is asked. */
export function isOver(reason: string): boolean {
  return /^(READONLY|LOADING|MASTERDOWN|MISCONF|NOAUTH|NOREPLICAS)\b/.test(reason);
}
