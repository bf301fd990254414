/** Streams event by event: what they bring, how they end, and what comes after an end. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { direct, news } from './harness.ts';
import { event, streaming } from './scripted-stream.ts';

type Hear = (event: 'unhandledRejection', listener: (reason: unknown) => void) => void;
const { process: program } = globalThis as unknown as { process: { on: Hear; off: Hear } };

describe('a stream that ends in order', () => {
  it('is followed by the next one at once, however many there were', async () => {
    const { begin, clock, poll } = await streaming();
    for (let turn = 0; turn < 5; turn++) {
      const { say, end } = await begin();
      for (let beat = 0; beat < 20; beat++) {
        await clock.advance(15_000);
        say(':\n\n');
      }
      say(event({ reason: 'age' }, 'end'));
      end();
      await clock.settle();
      expect(poll().header('accept')).toBe('text/event-stream');
    }
  });

  it('as soon as it began, again and again, is not asked for without a pause', async () => {
    const { begin, clock, server } = await streaming();
    for (let turn = 0; turn < 2; turn++) {
      const { say, end } = await begin();
      say(event({ reason: 'age' }, 'end'));
      end();
      await clock.settle();
    }
    expect(server.open).toHaveLength(0);
    await clock.advance(2000);
    expect(server.open).toHaveLength(1);
  });
});

describe('an event', () => {
  it('may hold line separators that are none to a stream', async () => {
    const { begin, clock, orders, told } = await streaming();
    const seen: unknown[] = [];
    orders.on('note', ({ data }) => void seen.push(data));
    const { say } = await begin();
    say(event(news('orders', [direct(1, { data: 'a\u2028b\u2029c' })])));
    await clock.settle();
    expect(seen).toEqual(['a\u2028b\u2029c']);
    expect(told('request-failed')).toEqual([]);
  });
});

describe('a stream whose client is closed by a handler', () => {
  it('brings nothing more, be it in the same piece', async () => {
    const { begin, client, clock, orders, told } = await streaming();
    orders.on('note', () => void client.close());
    const { say } = await begin();
    say(event(news('orders', [direct(1)])) + event(news('orders', [direct(2)])));
    await clock.settle();
    expect(client.state).toBe('stopped');
    expect(told('handled')).toHaveLength(1);
  });

  it('is given up without a rejection that nobody hears', async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown): void => void unheard.push(reason);
    program.on('unhandledRejection', hear);
    onTestFinished(() => program.off('unhandledRejection', hear));
    const { begin, client, clock, orders } = await streaming();
    orders.on('note', async () => {
      await undefined;
      void client.close();
    });
    const { say } = await begin();
    say(event(news('orders', [direct(1)])));
    say(':\n\n');
    say(':\n\n');
    await clock.settle();
    expect(unheard).toEqual([]);
  });
});

describe('a server that ends each stream for a newer one of the session', () => {
  it('is asked for one new session, then with pauses', async () => {
    const { begin, clock, server, told } = await streaming();
    const begun = server.sent.length;
    for (let streams = 0; server.open.length > 0 && streams < 20; streams++) {
      const { say, end } = await begin();
      say(event({ reason: 'superseded' }, 'end'));
      end();
      await clock.settle();
    }
    expect(server.sent.length - begun).toBe(1);
    expect(told('request-failed')).toMatchObject([{ reason: 'status 409' }]);
  });
});
