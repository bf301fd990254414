/** Polls at the server: what they may rely on, and what their answers have to say. */
import { parsePollRequest } from '../../src/protocol/requests.ts';
import type { Address, PollAnswer, PollRequest } from '../../src/protocol/types.ts';
import type { Answer } from '../../src/servlet/exchange.ts';
import { checkAnswer } from './check-answer.ts';
import { keyOf, type LedgerEntry } from './ledger.ts';
import type { Call } from './network.ts';
import type { Page } from './page.ts';
import { slackMs } from './slow-store.ts';
import type { World } from './world.ts';

export interface Visit {
  readonly call: Call;
  readonly page: Page | undefined;
  readonly request: PollRequest;
  readonly recipient: string;
  /** Addresses that the caller follows, by the tag that they have in cursors. */
  readonly addresses: readonly Address[];
  readonly arrivedMs: number;
}

export interface Visits {
  arrive(call: Call): Visit | undefined;
  /** The poll is held. */
  stay(visit: Visit): void;
  leave(visit: Visit, answer: Answer): void;
  /** Places are gone: of everybody, or of one recipient. */
  forget(recipient?: string): void;
  checkFreed(entry: LedgerEntry | undefined): void;
}

export function createVisits(world: () => World): Visits {
  /** Until when a page's place holds back a life of a queue, at least. */
  const contacts = new Map<string, Map<Page, { readonly epoch: string | undefined; readonly untilMs: number }>>();

  const touch = ({ page, request, recipient }: Visit): void => {
    const { settings, time, ledger } = world();
    if (page === undefined) return;
    // A slow store made the place some time before the answer.
    const untilMs = time.elapsedMs - slackMs(world()) + (settings.limits.sessionSeconds ?? 60) * 1000;
    for (const application of Object.keys(request.applications)) {
      const name = { address: { kind: 'recipient', name: recipient }, application } as const;
      const places = contacts.get(keyOf(name)) ?? new Map();
      contacts.set(keyOf(name), places.set(page, { epoch: ledger.lifeOf(name)?.epoch, untilMs }));
    }
  };

  /** What a client reported as failed is out of its queue by the time of the answer. */
  const checkParked = ({ request, recipient }: Visit): void => {
    for (const { id, park = true } of request.failed ?? []) {
      if (!park) continue;
      const entry = world().ledger.byId.get(id);
      if (entry?.address.kind !== 'recipient' || entry.address.name !== recipient || entry.left !== undefined) continue;
      world().fail('I2', `${id} was reported as failed, and was not parked`);
    }
  };

  return {
    arrive: (call) => {
      if (call.path !== '/pollux/poll' || call.method !== 'POST') return undefined;
      const { pages, groups, time } = world();
      const recipient = call.caller.recipient ?? '';
      const request = parsePollRequest(JSON.parse(call.body));
      if ('status' in request) return void world().fail('I2', `a client sent what is no poll: ${call.body}`);
      const addresses: Address[] = [{ kind: 'recipient', name: recipient }];
      for (const name of groups.get(recipient) ?? []) addresses.push({ kind: 'group', name });
      addresses.push({ kind: 'everyone' });
      const page = pages.find(({ caller }) => caller === call.caller);
      return { call, page, request, recipient, addresses, arrivedMs: time.elapsedMs };
    },
    stay: (visit) => {
      // A slow store may not have made the place yet.
      if (world().settings.storeMs === 0) touch(visit);
    },
    leave: (visit, { status, body }) => {
      if (status !== 200 && status !== 204) return;
      const answer: PollAnswer | undefined = status === 204 ? undefined : JSON.parse(body);
      checkAnswer(world(), visit, answer, body);
      checkParked(visit);
      touch(visit);
    },
    forget: (recipient) => {
      for (const places of contacts.values()) {
        for (const page of places.keys()) if (recipient === undefined || page.recipient === recipient) places.delete(page);
      }
    },
    checkFreed: (entry) => {
      if (entry === undefined) return;
      const { fail, settings, time } = world();
      if (entry.address.kind !== 'recipient') fail('freeing', `${entry.id} of a log was freed by a cursor`);
      if (settings.applications[entry.application]?.retain === 'ttl')
        fail('freeing', `${entry.id} of an inbox was freed by a cursor`);
      for (const [page, { epoch, untilMs }] of contacts.get(keyOf(entry)) ?? []) {
        if (untilMs <= time.elapsedMs || epoch !== entry.epoch || page.hasLeft || page.isDoneWith(entry.id)) continue;
        fail('freeing', `${entry.id} was freed, and ${page.caller.name} is not done with it`);
      }
    },
  };
}
