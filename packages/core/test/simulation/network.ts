/** The line between callers and servers: it takes time, and loses, repeats, reorders and cuts what goes over it. */
import type { Answer } from '../../src/servlet/exchange.ts';
import { type RequestFault, requestFaults } from './faults.ts';
import { createResponse } from './response.ts';
import { applicationOrigin } from './settings.ts';
import type { World } from './world.ts';

/** Who sends requests: a page or a publisher. */
export interface Caller {
  readonly name: string;
  /** The recipient, for pages. */
  readonly recipient: string | undefined;
  /** Runs what comes in over the line, unless the caller sleeps (then later) or is gone (then never). */
  deliver(run: () => void): void;
}

export interface Call {
  readonly number: number;
  readonly caller: Caller;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Nobody waits for it: a copy that the line made. */
  readonly isCopy: boolean;
  readonly sentMs: number;
  tokenRefused: boolean;
}

export interface Network {
  fetchOf(caller: Caller): typeof globalThis.fetch;
  /** The caller's machine is gone: its connections break. */
  hangUp(caller: Caller): void;
  /** Requests under way. */
  readonly open: number;
  /** Cuts a caller off until a moment. */
  cutOff(caller: Caller, untilMs: number): void;
}

/** One request as its caller sees it. */
interface Way {
  readonly call: Call;
  readonly fate: RequestFault | undefined;
  resolve(response: Response): void;
  reject(error: unknown): void;
  isDone: boolean;
}

const repeatedDelaysMs = [5, 300, 3000, 30_000];

export function createNetwork(world: () => World): Network {
  const ways = new Set<Way>();
  const cutOff = new Map<Caller, number>();
  let number = 0;

  const latency = (): number => 1 + world().random.next() * 30;

  const drawFate = (caller: Caller, path: string): RequestFault | undefined => {
    const { random, settings, isStormy, time, count } = world();
    if (!isStormy) return undefined;
    if ((cutOff.get(caller) ?? 0) > time.elapsedMs) return 'request-refused';
    if (!random.chance(settings.faultRate)) return undefined;
    const fate = random.pick(requestFaults);
    if (fate === 'token-refused' && !path.endsWith('/poll')) return undefined;
    count(fate);
    return fate;
  };

  const finish = (way: Way, run: () => void): void => {
    way.call.caller.deliver(() => {
      if (way.isDone) return;
      way.isDone = true;
      ways.delete(way);
      run();
    });
  };

  const fail = (way: Way, text: string): void => finish(way, () => way.reject(new TypeError(text)));

  /** An answer on its way back. */
  const back = (way: Way, { status, headers, body }: Answer): void => {
    const { time, random } = world();
    const { fate } = way;
    if (way.call.isCopy || fate === 'answer-swallowed') return;
    const delay = latency() + (fate === 'answer-delayed' ? random.next() * 15_000 : 0);
    const pairs = new Map<string, string>();
    for (let i = 0; i + 1 < headers.length; i += 2) pairs.set(headers[i] ?? '', headers[i + 1] ?? '');
    time.schedule(delay, () => {
      if (fate === 'answer-lost') return fail(way, 'connection reset');
      const source = { status, headers: pairs, body, cut: fate === 'answer-cut' && body !== '' };
      if (fate === 'answer-shortened') source.body = body.slice(0, Math.floor(body.length * random.next()));
      if (fate === 'answer-replaced')
        Object.assign(source, { status: 502, headers: new Map(), body: '<html>Bad Gateway</html>' });
      finish(way, () => way.resolve(createResponse(source)));
    });
  };

  const reach = (way: Way): void => {
    const { host, time, random } = world();
    if (way.isDone && !way.call.isCopy) return;
    const isTaken = host.serve(
      way.call,
      (answer) => back(way, answer),
      () => void time.schedule(latency(), () => fail(way, 'connection reset')),
    );
    if (!isTaken) return fail(way, 'connection refused');
    if (way.fate !== 'hold-cut') return;
    time.schedule(500 + random.next() * 5000, () => {
      host.hangUp(way.call);
      fail(way, 'connection reset');
    });
  };

  const go = (way: Way): void => {
    const { time, random } = world();
    const { call, fate } = way;
    if (fate === 'request-swallowed') return;
    if (fate === 'request-refused') return void time.schedule(latency(), () => fail(way, 'connection refused'));
    const delay = latency() + (fate === 'request-delayed' ? random.next() * 40_000 : 0);
    time.schedule(delay, () => reach(way));
    if (fate !== 'request-repeated') return;
    const copy: Way = { ...way, call: { ...call, number: ++number, isCopy: true }, isDone: true };
    time.schedule(random.pick(repeatedDelaysMs) * random.next(), () => reach(copy));
  };

  return {
    get open() {
      return ways.size;
    },
    cutOff: (caller, untilMs) => void cutOff.set(caller, untilMs),
    hangUp: (caller) => {
      for (const way of ways) {
        if (way.call.caller !== caller) continue;
        ways.delete(way);
        way.isDone = true;
        if (way.fate !== 'hang-up-unnoticed') world().time.schedule(latency(), () => world().host.hangUp(way.call));
      }
    },
    fetchOf: (caller) => (input, init) =>
      new Promise((resolve, reject) => {
        const url = String(input);
        const path = url.replace(/^https?:\/\/[^/]+/, '');
        const fate = drawFate(caller, path);
        const call: Call = {
          number: ++number,
          caller,
          method: init?.method ?? 'GET',
          path,
          headers: (init?.headers ?? {}) as Record<string, string>,
          body: typeof init?.body === 'string' ? init.body : '',
          isCopy: false,
          sentMs: world().time.elapsedMs,
          tokenRefused: fate === 'token-refused',
        };
        world().note(`send ${call.number} ${caller.name} ${call.method} ${path} ${fate ?? ''} ${call.body}`);
        const way: Way = { call, fate, resolve, reject, isDone: false };
        ways.add(way);
        init?.signal?.addEventListener('abort', () => {
          if (way.isDone) return;
          way.isDone = true;
          ways.delete(way);
          reject(new DOMException('This operation was aborted', 'AbortError'));
          if (fate !== 'hang-up-unnoticed') world().time.schedule(latency(), () => world().host.hangUp(call));
        });
        if (init?.signal?.aborted) return way.reject(init.signal.reason);
        if (url.startsWith(applicationOrigin)) world().time.schedule(latency(), () => serveApplication(way));
        else go(way);
      }),
  };

  /** An application's own server: it answers, or has one of its bad moments. */
  function serveApplication(way: Way): void {
    const { random, isStormy } = world();
    if (isStormy && random.chance(0.1)) return fail(way, 'connection refused');
    const status = isStormy && random.chance(0.1) ? 503 : 200;
    back(way, { status, headers: [], body: '{}' });
  }
}
