/** The loop: what happens in its states (loop-state.ts), and what leads from one to another. */

import { backOffMs } from '../protocol/back-off.ts';
import type { Answer } from './answer.ts';
import { failedPerPoll, joiningMs, longestWaitSeconds, manyFailures, suspiciousMs, usualWaitSeconds, watchMs } from './bounds.ts';
import type { ClientState } from './communication-client.ts';
import type { ClientContext } from './context.ts';
import type { PollLoop, PollWork, State } from './loop-state.ts';
import { seemsOffline } from './page-events.ts';
import { createPolling, hearStream, type Polling } from './polling.ts';
import { afterPassage, freshTransport, intervalSeconds, type Passage, type Rung, rungAt, topRung } from './transport.ts';
import { judge, type Verdict } from './verdict.ts';
import type { Asked, Wire } from './wire.ts';

const never = Number.POSITIVE_INFINITY;

export function createPollLoop(context: ClientContext, wire: Wire, work: PollWork): PollLoop {
  const { options, clock, random, emit } = context;
  let state: State = { kind: 'idle' };
  let shown: ClientState = 'idle';
  let timers: (() => void)[] = [];
  let nextReviewMs = never;
  /** The last exchange went well. After one that did not, a poll that is not held finds out whether all is well again. */
  let healthy = false;
  let failures = 0;
  let transport = freshTransport;
  /** Polls in a row, of those meant to last, that ended early with nothing new. */
  let idleTurns = 0;
  /** Token or session were renewed since a request ended well: once is worth a try, more is a failure. */
  let renewed = false;
  let closed: Promise<void> | undefined;

  const show = (next: ClientState, retryInMs?: number): void => {
    if ((state.kind === 'stopped') !== (next === 'stopped') || (next === shown && retryInMs === undefined)) return;
    shown = next;
    emit({ kind: 'state', state: next, retryInMs });
  };

  const enter = (next: State): void => {
    for (const stop of timers) stop();
    timers = [];
    nextReviewMs = never;
    const left = state;
    state = next;
    if (left.kind === 'polling') left.controller.abort();
  };

  const rest = (ms: number, floorMs = 0, backOff = false): void => {
    enter({ kind: 'resting', backOff });
    wire.notBeforeMs = clock.monotonic() + floorMs;
    timers.push(context.after(ms, poll));
  };

  /** Negative where it is past, which is no floor. */
  const floorLeftMs = (): number => wire.notBeforeMs - clock.monotonic();

  /** Polls as soon as it may: at once without a timer, which a hidden page would be given late. */
  const resume = (ms = floorLeftMs()): void => (ms > 0 ? rest(ms, ms, true) : poll());

  const fail = (reason: string, floorMs = 0): void => {
    failures++;
    healthy = false;
    const retryInMs = backOffMs(failures, random, floorMs);
    rest(retryInMs, floorMs, true);
    emit({ kind: 'request-failed', seq: wire.seq, reason, retryInMs });
    show(seemsOffline() ? 'offline' : 'waiting', retryInMs);
  };

  const rungNow = (): Rung => rungAt(transport, topRung(options.mode, wire.advice.mode), clock.monotonic());

  /** Seconds between polls while nobody looks; 0 where somebody does, or the server does not ask for it. */
  const hiddenSeconds = (): number => (work.isHidden() && wire.advice.hidden) || 0;

  const passed = ({ rung }: Polling, passage: Passage): void => {
    transport = afterPassage(transport, rung, passage, clock.monotonic());
  };

  const poll = (): void => {
    enter({ kind: 'idle' });
    const asked = work.compose();
    if (!asked) {
      const ms = work.changeInMs();
      return ms < never ? rest(ms) : undefined;
    }
    // To begin, or after a failure, it is asked at once whether all is well; nobody waits for a hidden page, or with more reports.
    const rung = healthy && !hiddenSeconds() && asked.failed?.length !== failedPerPoll ? rungNow() : 2;
    // The option is a cap of its own, for networks that cut what the server would hold.
    const wait = rung < 2 ? Math.min(options.wait ?? longestWaitSeconds, wire.advice.wait ?? usualWaitSeconds) : 0;
    const polling = createPolling(clock, rung, wire.session !== undefined && wait > 0, wait);
    // The first byte says that the request was taken; there may be nothing to say for long.
    const hearer = rung > 0 ? undefined : hearStream(polling, accept, (answer) => streamed(polling, answer), fail);
    enter(polling);
    show(healthy ? 'connected' : 'connecting');
    // Whoever was told may have closed the client.
    if (state !== polling) return;
    watch(polling);
    void wire.poll(asked, wait, polling.controller.signal, hearer).then((outcome) => {
      if (state !== polling) return;
      // There is nothing left to abort: browsers would show the good request as a cancelled one.
      state = { kind: 'idle' };
      conclude(polling, judge(outcome));
    });
    review();
  };

  const streamed = (polling: Polling, answer: Answer): void => {
    passed(polling, 'well');
    accept(answer);
    review();
  };

  const watch = (polling: Polling): void => {
    const limitMs = polling.limitMs();
    if (polling.leftMs() > 0) {
      timers.push(context.after(Math.min(watchMs, limitMs), () => watch(polling)));
    } else if (polling.rung === 0 && !polling.isHeard()) {
      passed(polling, 'silent');
      poll();
    } else {
      passed(polling, 'cut');
      fail(`no answer within ${limitMs / 1000} s`);
    }
  };

  const conclude = (polling: Polling, verdict: Verdict): void => {
    if (verdict.kind === 'answered') return void answered(polling, verdict.answer);
    if (verdict.kind === 'failed') {
      if (polling.held && !verdict.floorMs && !verdict.lasting) passed(polling, 'cut');
      if (verdict.lasting) failures = Math.max(failures, manyFailures);
      return fail(verdict.reason, verdict.floorMs);
    }
    const { what, reason } = verdict;
    // Cursors and handled ids stand through both.
    wire[what] = undefined;
    if (renewed || (what === 'token' && !options.getToken)) return fail(reason);
    renewed = true;
    poll();
  };

  /** Takes in an answer (nothing: a 204); tells whether it brought anything new. */
  const accept = (answer?: Answer): boolean => {
    failures = 0;
    healthy = true;
    if (state.kind !== 'polling') renewed = false;
    show('connected');
    if (answer) wire.adopt(answer);
    const news = work.absorb(answer);
    // Not before it is known whose session it is: tabs of a former user would go on with it.
    if (answer?.advice) emit({ kind: 'advice', advice: answer.advice });
    return news;
  };

  const answered = async (polling: Polling, answer: Answer | undefined): Promise<void> => {
    const turning: State = { kind: 'resting', backOff: false };
    enter(turning);
    passed(polling, 'well');
    const news = accept(answer);
    // What is handled by now is acknowledged by the next poll; a handler that waits for something does not delay it.
    await work.handled();
    if (state !== turning) return;
    // An interval that is advised says itself why nothing was held.
    const isIdle = polling.rung < 2 && !news && !wire.advice.interval && clock.monotonic() - polling.sentMs < suspiciousMs;
    idleTurns = isIdle ? idleTurns + 1 : 0;
    goOn(answer, news);
  };

  const goOn = (answer: Answer | undefined, news: boolean): void => {
    if (answer?.advice?.drain) return resume();
    // A broken server or proxy that answers at once and says nothing would be asked without a pause.
    if (idleTurns > 1) return rest(backOffMs(idleTurns - 1, random));
    const interval = Math.max(hiddenSeconds(), intervalSeconds(rungNow(), options.interval, wire.advice.interval));
    const atOnce = (answer?.more && news) || work.changeInMs() <= joiningMs;
    return interval > 0 && !atOnce ? rest(interval * 1000) : poll();
  };

  /** Something has to be said: beside a stream where that will do, else by the next poll. */
  const due = (): void => {
    nextReviewMs = never;
    const streaming = state.kind === 'polling' && state.rung === 0 ? state : undefined;
    const applications = streaming && work.acknowledge();
    if (!applications) return poll();
    void wire.acknowledge(applications).then((taken) => {
      if (!taken && state === streaming) poll();
    });
    review();
  };

  const review = (): void => {
    const nowMs = clock.monotonic();
    let ms = work.changeInMs();
    if (state.kind === 'idle') ms = ms > joiningMs ? ms : 0;
    else if (state.kind === 'polling') ms = state.held ? ms : never;
    else if (state.kind === 'resting' && !state.backOff && ms <= joiningMs) ms = Math.max(ms, floorLeftMs());
    else return;
    if (nowMs + ms >= nextReviewMs) return;
    nextReviewMs = nowMs + ms;
    timers.push(context.after(ms, due));
  };

  /** What the server was not told, or may not have heard. */
  const unsent = (): Asked | undefined => (!healthy || work.changeInMs() < never ? work.compose() : undefined);

  const end = async (): Promise<void> => {
    enter({ kind: 'stopped' });
    show('stopped');
    context.end();
    const asked = unsent();
    const isAlone = work.isAlone();
    if (asked) await wire.lastWord(asked);
    if (isAlone) await wire.lastWord();
  };

  return {
    get state() {
      return shown;
    },
    review,
    turn: () => {
      if (state.kind !== 'frozen' && state.kind !== 'stopped') resume();
    },
    mirror: (next) => {
      failures = 0;
      healthy = next === 'connected';
      show(next);
    },
    wake: () => {
      if (state.kind === 'polling' && state.leftMs() <= 0) watch(state);
      if (state.kind === 'resting') resume();
    },
    offline: () => {
      if (state.kind === 'polling' || state.kind === 'resting') fail('offline', floorLeftMs());
    },
    hide: (kept) => {
      if (state.kind === 'frozen' || state.kind === 'stopped') return;
      enter({ kind: 'frozen' });
      // One of the two, since nobody is left to send them one after the other.
      const asked = unsent();
      healthy = false;
      if (asked || (!kept && work.isAlone())) void wire.lastWord(asked);
    },
    show: () => {
      if (state.kind === 'frozen') resume();
    },
    close: () => {
      closed = closed ?? end();
      return closed;
    },
  };
}
