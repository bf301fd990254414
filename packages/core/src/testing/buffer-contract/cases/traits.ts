/** What holds for every operation: closed, closing, aborted. A new operation without its line here does not compile. */
import type { MessageBuffer } from '../../../buffer/message-buffer.ts';
import { CommunicationError } from '../../../protocol/problem.ts';
import { alice, aliceOrders, type BufferCase, entryOf, storedOf, textsOf } from '../scene.ts';

type Operation = Exclude<keyof MessageBuffer, 'supports' | 'inspect' | 'health' | 'look' | 'announceDisconnect' | 'close'>;

interface Trait {
  readonly call: (buffer: MessageBuffer, signal?: AbortSignal) => unknown;
  readonly takesSignal: boolean;
}

const traits = {
  append: { call: (buffer, signal) => buffer.append([entryOf('m')], signal), takesSignal: true },
  exchange: {
    call: (buffer, signal) =>
      buffer.exchange(
        { session: 's', maxBytes: 1000, keepMs: 1000, queues: [{ ...aliceOrders, handled: undefined, read: undefined }] },
        signal,
      ),
    takesSignal: true,
  },
  forget: { call: (buffer) => buffer.forget('s', [aliceOrders]), takesSignal: false },
  find: { call: (buffer) => buffer.find('AAAAAAAAAAA1'), takesSignal: false },
  take: { call: (buffer) => buffer.take('AAAAAAAAAAA1', { kind: 'withdraw' }), takesSignal: false },
  erase: { call: (buffer) => buffer.erase(alice), takesSignal: false },
  restore: { call: (buffer) => buffer.restore(storedOf('AAAAAAAAAAA')), takesSignal: false },
  watch: { call: (buffer) => buffer.watch({}), takesSignal: false },
} satisfies Record<Operation, Trait>;

const operations = Object.entries(traits) as [Operation, Trait][];

/** What an operation threw or rejected with; `undefined` where it did neither. */
async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (failure) {
    return failure;
  }
}

function codeOf(failure: unknown): string {
  return failure instanceof CommunicationError ? failure.code : String(failure);
}

const closed = operations.map(
  ([name, trait]): BufferCase => ({
    clause: 'port',
    title: `${name} of a closed buffer fails with buffer-unavailable`,
    run: async ({ buffer, expect }) => {
      await buffer.close();
      expect(codeOf(await failureOf(() => trait.call(buffer)))).toBe('buffer-unavailable');
    },
  }),
);

const closing = operations.map(
  ([name, trait]): BufferCase => ({
    clause: 'port',
    title: `${name} during the closing works or fails with buffer-unavailable`,
    run: async ({ buffer, expect }) => {
      const ended = buffer.close();
      const failure = await failureOf(() => trait.call(buffer));
      expect(failure === undefined || codeOf(failure) === 'buffer-unavailable').toBe(true);
      await ended;
    },
  }),
);

const aborted = operations
  .filter(([, trait]) => trait.takesSignal)
  .map(
    ([name, trait]): BufferCase => ({
      clause: 'port',
      title: `${name} with an aborted signal fails with its reason, changes nothing and leaves no listener`,
      run: async ({ buffer, expect }) => {
        const reason = new Error('enough');
        const controller = new AbortController();
        let listeners = 0;
        const { signal } = controller;
        const add = signal.addEventListener.bind(signal);
        const remove = signal.removeEventListener.bind(signal);
        signal.addEventListener = (...args: Parameters<typeof add>) => {
          listeners++;
          add(...args);
        };
        signal.removeEventListener = (...args: Parameters<typeof remove>) => {
          listeners--;
          remove(...args);
        };
        await trait.call(buffer, signal);
        const before = await buffer.inspect.totals();
        expect(listeners).toBe(0);
        controller.abort(reason);
        expect((await failureOf(() => trait.call(buffer, signal))) === reason).toBe(true);
        expect(await buffer.inspect.totals()).toEqual(before);
        expect(listeners).toBe(0);
      },
    }),
  );

export const traitCases: readonly BufferCase[] = [
  ...closed,
  ...closing,
  ...aborted,
  {
    clause: 'port',
    title: 'closing twice, also at once, is closing once',
    run: async ({ buffer, put, expect }) => {
      await put([1]);
      await Promise.all([buffer.close(), buffer.close()]);
      await buffer.close();
      expect(codeOf(await failureOf(() => put([2])))).toBe('buffer-unavailable');
    },
  },
  {
    clause: 'port',
    title: 'an append that had answered before the closing was answered rightly',
    run: async ({ put, reader, expect }) => {
      expect((await put([1]))[0]?.kind).toBe('stored');
      expect(textsOf(await reader('s').next())).toEqual([1]);
    },
  },
];
