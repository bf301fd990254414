/** Reading polls' answers. */
import type { Reply, Target } from './target.ts';

export interface Polled {
  readonly session: string;
  readonly more?: boolean;
  readonly applications?: Readonly<
    Record<
      string,
      {
        readonly cursor?: string;
        readonly messages?: readonly { readonly id: string; readonly cursor: string; readonly data?: unknown }[];
        readonly error?: { readonly status: number; readonly code: string };
      }
    >
  >;
}

export function polled({ text }: Reply): Polled {
  return (text === '' ? {} : JSON.parse(text)) as Polled;
}

/** The payloads that a poll brought of an application. */
export function dataOf(reply: Reply, application = 'orders'): unknown[] {
  return (polled(reply).applications?.[application]?.messages ?? []).map(({ data }) => data);
}

/** Notifications for one recipient. */
export function notes(recipient: string, payloads: readonly unknown[]): object[] {
  return payloads.map((data) => ({ to: { recipients: [recipient] }, kind: 'direct', type: 'note', data }));
}

/** Everything that an application holds for a recipient, read by a new session, and left there. */
export async function held(target: Target, recipient: string, application = 'orders'): Promise<unknown[]> {
  const found: unknown[] = [];
  let session: string | undefined;
  let read: string | undefined;
  for (let more = true; more; ) {
    const reply = await target.poll(recipient, {
      ...(session && { session }),
      wait: 0,
      applications: { [application]: { cursor: null, ...(read && { read }) } },
    });
    const answer = polled(reply);
    session = answer.session ?? session;
    read = answer.applications?.[application]?.cursor ?? read;
    found.push(...dataOf(reply, application));
    more = answer.more === true;
  }
  if (session !== undefined)
    await target.send('DELETE', `/pollux/session/${session}`, {
      headers: { authorization: `Bearer ${await target.token(recipient)}` },
    });
  return found;
}
