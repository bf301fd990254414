/** From a type and its payload to the notification that says so, with the contract's help. */
import { CommunicationError, problem } from '../protocol/problem.ts';
import type { Audience, Notification } from '../protocol/types.ts';
import type { ApplicationContract, PayloadOf, TypeName } from './application-contract.ts';
import { hrefOf } from './fetch-path.ts';

/** What else a publisher may say of a notification. */
export interface NotifyOptions extends Pick<Notification, 'ttl' | 'urgency' | 'topic' | 'key'> {
  /** Of a `fetch` type: a client that has this version already does not fetch. */
  readonly version?: string;
  /** Of a `fetch` type: clients wait a random part of so many seconds. */
  readonly spread?: number;
}

/**
 * The notification of one of a contract's types.
 * @throws CommunicationError `contract-mismatch` for a type that the contract does not have, and for parameters that make no address
 */
export function notificationOf<Contract extends ApplicationContract, Type extends TypeName<Contract>>(
  { name, types }: Contract,
  to: Audience,
  type: Type,
  payload: PayloadOf<Contract, Type>,
  { version, spread, ...common }: NotifyOptions = {},
): Notification {
  const declared = Object.hasOwn(types, type) ? types[type] : undefined;
  if (declared === undefined) {
    const detail = `${name} has no type ${JSON.stringify(type)}.`;
    throw new CommunicationError(problem('contract-mismatch', { field: 'type', detail }));
  }
  if (declared.kind === 'direct') return { ...common, to, kind: 'direct', type, data: payload };
  const href = hrefOf(declared.path, payload as Readonly<Record<string, string | number>>);
  const fetch = { href, ...(version !== undefined && { version }), ...(spread !== undefined && { spread }) };
  return { ...common, to, kind: 'fetch', type, fetch };
}
