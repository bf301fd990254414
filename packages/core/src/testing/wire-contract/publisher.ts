/** A publisher of the wire, for one application. */
import type { Audience, PublishAnswer } from '../../protocol/types.ts';
import { publishAnswerOf, type WireAnswer } from './answer.ts';

export interface WirePublisher {
  /** Posts a body as it is: text, bytes, or anything else as JSON. */
  send(body: unknown, headers?: Readonly<Record<string, string>>): Promise<WireAnswer>;
  /** Publishes direct notifications of type `test`, one for each payload, in one request; gives their ids. */
  direct(to: Audience, data: readonly unknown[], more?: Readonly<Record<string, unknown>>): Promise<readonly string[]>;
  /** The same to one recipient. */
  to(recipient: string, ...data: readonly unknown[]): Promise<readonly string[]>;
  /** Publishes one notification with the given members beside the defaults. @throws Error where it is not a 202 */
  publish(members: Readonly<Record<string, unknown>>): Promise<PublishAnswer>;
  status(id: string): Promise<WireAnswer>;
  withdraw(id: string): Promise<WireAnswer>;
  erase(recipient: string): Promise<WireAnswer>;
}

export type SendRequest = (
  method: string,
  path: string,
  init?: { readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown },
) => Promise<WireAnswer>;

/** What every notification of the suite has unless a case says otherwise. */
export function notification(members: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { to: { recipients: ['alice'] }, kind: 'direct', type: 'test', ...('fetch' in members ? {} : { data: 0 }), ...members };
}

/** Makes the publisher of an application. */
export function createWirePublisher(
  application: string,
  credential: Readonly<Record<string, string>>,
  send: SendRequest,
): WirePublisher {
  const base = `/applications/${encodeURIComponent(application)}`;
  const one = (id: string): string => `${base}/notifications/${encodeURIComponent(id)}`;
  const publisher: WirePublisher = {
    send: (body, headers) =>
      send('POST', `${base}/notifications`, { body, headers: { 'content-type': 'application/json', ...credential, ...headers } }),
    direct: async (to, data, more) => {
      const body = data.map((payload) => notification({ to, data: payload, ...more }));
      return publishAnswerOf(await publisher.send(body)).accepted.map((entry) => entry.id);
    },
    to: (recipient, ...data) => publisher.direct({ recipients: [recipient] }, data),
    publish: async (members) => publishAnswerOf(await publisher.send(notification(members))),
    status: (id) => send('GET', one(id), { headers: credential }),
    withdraw: (id) => send('DELETE', one(id), { headers: credential }),
    erase: (recipient) => send('DELETE', `${base}/recipients/${encodeURIComponent(recipient)}`, { headers: credential }),
  };
  return publisher;
}
