/**
 * The call desk: offers calls to agents and follows each to its end.
 *
 *   ringing ──answer──▶ talking ──hang up──▶ ended (completed)
 *      └──decline, passed on, hung up──────▶ ended
 */
import { randomUUID } from 'node:crypto';
import type { Chance } from '../shared/random.ts';
import type { Call, CallMessageType, Outcome } from './call.ts';
import { createStories } from './stories.ts';

export interface CallDeskOptions {
  readonly agents: readonly string[];
  readonly chance: Chance;
  /** Tells the agent what happened. */
  readonly announce: (type: CallMessageType, call: Call) => void;
  /** Whether colleagues now and then answer on the desk phone, and pass calls on. */
  readonly lively: boolean;
  readonly now?: () => number;
}

export interface CallDesk {
  /** A call comes in, for this agent or for one who is free; `undefined` when nobody is. */
  offer(agent?: string): Call | undefined;
  /** Each answers with the call as it is now; `undefined` where it is not in a state for that, or not this agent's. */
  answer(id: string, agent: string): Call | undefined;
  decline(id: string, agent: string): Call | undefined;
  hangUp(id: string, agent: string): Call | undefined;
  /** What an agent's screen shows: calls going on, and the last that ended; newest first. */
  callsOf(agent: string): readonly Call[];
  close(): void;
}

/** The shortest and the longest time, in milliseconds. */
type Span = readonly [number, number];

const ringMs: Readonly<Record<'lively' | 'quiet', Span>> = { lively: [9_000, 17_000], quiet: [60_000, 60_000] };
const talkMs: Readonly<Record<'lively' | 'quiet', Span>> = { lively: [14_000, 38_000], quiet: [600_000, 600_000] };
const endedShown = 8;

/** Creates the desk. */
export function createCallDesk(options: CallDeskOptions): CallDesk {
  const { agents, chance, announce, now = Date.now } = options;
  const calls = new Map<string, Call>();
  const timers = new Map<string, NodeJS.Timeout>();
  const story = createStories(chance);
  const pace = options.lively ? 'lively' : 'quiet';

  function change(
    call: Call,
    type: CallMessageType,
    next: { readonly afterMs: number; readonly proceed: () => void } | undefined,
  ): Call {
    clearTimeout(timers.get(call.id));
    timers.delete(call.id);
    calls.set(call.id, call);
    if (next) timers.set(call.id, setTimeout(next.proceed, next.afterMs));
    else forgetOldest(call.agent);
    announce(type, call);
    return call;
  }

  function ring(agent: string, from: Pick<Call, 'caller' | 'desk' | 'subject'>): Call {
    const id = `call-${randomUUID().slice(0, 8)}`;
    const call: Call = { id, version: 1, agent, ...from, state: 'ringing', offeredMs: now() };
    return change(call, 'call.offered', { afterMs: chance.between(...ringMs[pace]), proceed: () => ringOut(call) });
  }

  function ringOut(call: Call): void {
    if (!options.lively || chance.happens(0.2)) end(call, 'hung up');
    else if (chance.happens(0.25)) passOn(call, 'passed on');
    else take(call, 'desk phone');
  }

  function take(call: Call, takenOn: 'portal' | 'desk phone'): Call {
    const taken: Call = { ...call, version: call.version + 1, state: 'talking', takenMs: now(), takenOn };
    return change(taken, 'call.taken', { afterMs: chance.between(...talkMs[pace]), proceed: () => end(taken, 'completed') });
  }

  function end(call: Call, outcome: Outcome): Call {
    return change({ ...call, version: call.version + 1, state: 'ended', endedMs: now(), outcome }, 'call.ended', undefined);
  }

  function passOn(call: Call, outcome: Outcome): Call {
    const ended = end(call, outcome);
    const next = freeAgent(agents.filter((agent) => agent !== call.agent));
    if (next) ring(next, { caller: call.caller, desk: call.desk, subject: call.subject });
    return ended;
  }

  function freeAgent(among: readonly string[]): string | undefined {
    const [first, ...others] = among.filter(
      (agent) => ![...calls.values()].some((call) => call.agent === agent && call.state === 'ringing'),
    );
    return first === undefined ? undefined : chance.pick([first, ...others]);
  }

  function forgetOldest(agent: string): void {
    const ended = [...calls.values()].filter((call) => call.agent === agent && call.state === 'ended');
    for (const call of ended.slice(0, -endedShown)) calls.delete(call.id);
  }

  /** The agent's call, when it is in this state. */
  function find(id: string, agent: string, state: Call['state']): Call | undefined {
    const call = calls.get(id);
    return call?.agent === agent && call.state === state ? call : undefined;
  }

  return {
    offer(agent = freeAgent(agents)) {
      return agent === undefined ? undefined : ring(agent, story());
    },
    answer(id, agent) {
      const call = find(id, agent, 'ringing');
      return call && take(call, 'portal');
    },
    decline(id, agent) {
      const call = find(id, agent, 'ringing');
      return call && passOn(call, 'declined');
    },
    hangUp(id, agent) {
      const call = find(id, agent, 'talking');
      return call && end(call, 'completed');
    },
    callsOf(agent) {
      return [...calls.values()].filter((call) => call.agent === agent).sort((one, other) => other.offeredMs - one.offeredMs);
    },
    close() {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
