/** Answers: no text of somebody's breaks a line, no error tells what the caller did not know. */
import { expect } from 'vitest';
import { polled } from './polling.ts';
import type { Parts, Target } from './target.ts';
import { describeThreat } from './threat.ts';

interface Event {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** Reads an event stream as the standard says, to the letter: CR, LF and CRLF end lines, unknown fields are ignored. */
function readEvents(text: string): { readonly events: Event[]; readonly fields: Set<string> } {
  const events: Event[] = [];
  const fields = new Set<string>();
  let [id, type, data]: [string, string, string[]] = ['', 'message', []];
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line === '') {
      if (data.length > 0) events.push({ id, type, data: data.join('\n') });
      [type, data] = ['message', []];
      continue;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    fields.add(name);
    if (name === 'id') id = value;
    else if (name === 'event') type = value;
    else if (name === 'data') data.push(value);
  }
  return { events, fields };
}

const hostile = [
  ...['\r', '\n', '\r\n', '\n\n', '\u2028', '\u2029', '\u0085', '\u0000', '\u000b', '\u000c', '\ufeff', '\ud800'],
  ...[
    '\ndata: forged',
    '\r\nevent: end\r\ndata: {}\r\n\r\n',
    '\nid: forged',
    '\nretry: 1',
    '\n: comment',
    'data:',
    '\n\ndata: {"session":"s_forged"}\n\n',
    '</script>',
    '\\n\\ndata: x',
  ],
];

/** Reads a stream until as many messages have come as were sent; its whole text. */
async function readStream(target: Target, token: string, messages: number): Promise<string> {
  const abort = new AbortController();
  const response = await fetch(`${target.url}/stream?app=orders`, {
    headers: { authorization: `Bearer ${token}` },
    signal: abort.signal,
  });
  const decoder = new TextDecoder();
  let text = '';
  const timer = setTimeout(() => abort.abort(), 5000);
  try {
    for await (const piece of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(piece, { stream: true });
      if (text.split('"kind":').length > messages && text.endsWith('\n\n')) break;
    }
  } catch {
    // Cut off after a while: what has come so far is judged.
  }
  clearTimeout(timer);
  abort.abort();
  return text;
}

describeThreat({
  id: 'T17',
  title: 'a text that ends a line and begins a field',
  async attack(target) {
    const fine = hostile.map((text) => ({
      to: { recipients: ['alice'] },
      kind: 'direct',
      type: 'note',
      data: { text, [text]: text },
    }));
    const bodies = fine.map((note) => JSON.stringify(note));
    // Between the tokens of a payload, too, a line break may stand.
    bodies.push(`{"to":{"recipients":["alice"]},"kind":"direct","type":"note","data":{\r\n"text"\n:\r"x"\n}\n}`);
    for (const body of bodies) expect((await target.publish('orders', body)).status).toBe(202);
    for (const text of hostile.filter((each) => /\p{Cc}|\p{Surrogate}/u.test(each))) {
      for (const name of ['type', 'topic', 'key']) {
        const answer = await target.publish('orders', {
          to: { recipients: ['alice'] },
          kind: 'direct',
          type: 'note',
          data: 1,
          [name]: text,
        });
        expect([name, answer.status]).toEqual([name, 400]);
        expect(Object.values(answer.headers).join()).not.toMatch(/[\r\n]/);
      }
    }
    const text = await readStream(target, await target.token('alice'), bodies.length);
    const { events, fields } = readEvents(text);
    expect([...fields].toSorted()).toEqual(['', 'data', 'id', 'retry']);
    expect(events.every(({ id, type }) => type === 'message' && /^[\w.:;~-]*$/.test(id))).toBe(true);
    const messages = events.flatMap(
      ({ data }) => polled({ status: 200, headers: {}, text: data }).applications?.['orders']?.messages ?? [],
    );
    const lone = (value: unknown): string => JSON.stringify(value);
    expect(messages.map(({ data }) => lone(data))).toEqual([...fine.map(({ data }) => lone(data)), lone({ text: 'x' })]);
  },
  without: {
    'events hold JSON, in which no line ends': framing((text) => text.replaceAll('\\n', '\n').replaceAll('\\r', '\r')),
    'payloads are stored without line breaks': {
      modules: {
        'protocol/json.ts': (actual) => ({
          parseJson: (text: string, bounds: unknown) => {
            const parsed = (
              actual['parseJson'] as unknown as (text: string, bounds: unknown) => { payloads?: readonly unknown[] }
            )(text, bounds);
            const raw = /"data":([\s\S]*)\}$/.exec(text)?.[1];
            return 'status' in parsed || raw === undefined ? parsed : { ...parsed, payloads: [raw] };
          },
        }),
      },
    },
  },
});

/** Streams whose events are written in another way. */
function framing(change: (text: string) => string): Parts {
  return {
    modules: {
      'servlet/framing.ts': (actual) => {
        const { answer, ...rest } = actual['browserFraming'] as unknown as { answer(id: string, json: string): string };
        return { browserFraming: { ...rest, answer: (id: string, json: string) => change(answer(id, json)) } };
      },
    },
  };
}

const nest = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

const probed = [
  ...['/poll', '/ack', '/ticket', '/applications/orders/notifications', '/applications/__proto__/notifications', '/nothing'],
  ...['/%', '/%zz', '//', '/stream', '/stream?app=%', '/session/x', '/applications/orders/recipients/%00'],
];

const requests: readonly (readonly [method: string, body?: string])[] = [
  ...[
    '',
    '{',
    'null',
    '[]',
    '{"applications":1}',
    '{"applications":{"orders":{"cursor":"rAAAAAAAAAAA1"}}}',
    '{"v":2}',
    '{"to":{}}',
    '"\\ud800"',
    nest(40),
  ].map((body) => ['POST', body] as const),
  ['POST', `{"session":"${'s'.repeat(9000)}"}`],
  ['GET'],
  ['DELETE'],
  ['PUT'],
];

const credentials: readonly Readonly<Record<string, string>>[] = [
  {},
  { authorization: 'Bearer alice' },
  { authorization: 'Bearer orders' },
  { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' },
  { authorization: 'Bearer alice', 'content-type': 'text/plain' },
  ...['authenticate', 'authenticate later', 'publisher'].map((failure) => ({ 'x-fail': failure })),
];

interface Probe {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** What an answer tells that its caller did not know, if anything. */
async function leakOf(target: Target, { method, path, headers, body }: Probe, session: string): Promise<string | undefined> {
  // A stream that begins has nothing to hide, and no end.
  const asking = { headers, ...(body !== undefined && { body }), signal: AbortSignal.timeout(800) };
  const answer = await target.send(method, `/pollux${path}`, asking).catch(() => undefined);
  const shown = `${answer?.text} ${Object.entries(answer?.headers ?? {}).join()}`;
  const unasked = (answer?.status ?? 0) >= 500 && headers['x-fail'] === undefined ? `status ${answer?.status}` : undefined;
  const leak = internals.exec(shown)?.[0] ?? (shown.includes(session) ? 'a session' : unasked);
  return leak && `${method} ${path} ${body}: ${leak}`;
}

/** What an answer must not hold: places in code, paths, modules, addresses, internals. */
const internals =
  /\bat [^"]*:\d+:\d+|\.[cm]?[jt]s\b|node_modules|\/(?:home|root|usr|var|etc|srv|opt)\/|[Rr]edis|ECONN|Error:|TypeError|undefined is not|secret-of-the-host|plx_|eyJ/;

describeThreat({
  id: 'T39',
  title: 'errors that tell too much',
  setting: {
    authenticate: (request) => {
      if (request.header('x-fail') === 'authenticate') throw new TypeError('secret-of-the-host at /srv/app/login.js:1:2');
      if (request.header('x-fail') === 'authenticate later') return Promise.reject(new Error('connect ECONNREFUSED redis'));
      return request.header('authorization') === 'Bearer alice' ? { recipient: 'alice' } : undefined;
    },
    authorizePublisher: (request) => {
      if (request.header('x-fail') === 'publisher') throw new Error('secret-of-the-host');
      return request.header('authorization') === 'Bearer orders' ? { applications: ['orders'] } : undefined;
    },
  },
  async attack(target) {
    const opened = await target.poll('alice', { applications: {} }, { headers: { authorization: 'Bearer alice' } });
    const { session } = polled(opened);
    for (const headers of credentials) {
      for (const path of probed) {
        for (const [method, body] of requests)
          expect(await leakOf(target, { method, path, headers, body }, session)).toBeUndefined();
      }
    }
  },
  without: {
    'a failure is answered without its text': {
      modules: {
        'servlet/service.ts': (actual) => ({
          respondFailure: (service: unknown, exchange: unknown, failure: Error) =>
            (actual['respondProblem'] as unknown as (...all: unknown[]) => void)(service, exchange, {
              status: 500,
              code: 'internal',
              title: 'The server failed',
              detail: failure.stack,
            }),
        }),
      },
    },
    'a refusal shows nothing of the credential': {
      servlet: (options) => ({
        ...options,
        authenticate: async (request) => {
          const identity = await options.authenticate?.(request);
          if (identity === undefined && request.header('authorization')?.includes('eyJ')) {
            const { CommunicationError, problem } = await import('@pollux/core');
            throw new CommunicationError(problem('unauthenticated', { detail: request.header('authorization') ?? '' }));
          }
          return identity;
        },
      }),
    },
  },
});
