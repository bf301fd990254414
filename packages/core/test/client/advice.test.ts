import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { direct, news, setup } from './harness.ts';
import { type StubPage, stubPage } from './stub-page.ts';

async function advised(advice: unknown, options: Parameters<typeof setup>[0] = {}) {
  const parts = setup(options);
  parts.client.application('orders').on('note', () => undefined);
  await parts.clock.advance(0);
  await parts.answer({ session: 's_1', advice, applications: { orders: { cursor: 'orders0' } } });
  return parts;
}

describe('advice', () => {
  it('wait: is asked for, up to what the client allows', async () => {
    expect((await advised({ wait: 40 })).poll().body.wait).toBe(40);
    expect((await advised({ wait: 40 }, { wait: 12 })).poll().body.wait).toBe(12);
    expect((await advised({ wait: 5 }, { wait: 12 })).poll().body.wait).toBe(5);
    expect((await advised({ wait: 3000 })).poll().body.wait).toBe(55);
  });

  it('wait: none at all is no reason to ask without a pause', async () => {
    const { clock, server } = await advised({ wait: 0 });
    for (let turn = 0; turn < 10 && server.open.length > 0; turn++) {
      server.open[0]?.answer(204);
      await clock.settle();
    }
    expect(server.open).toHaveLength(0);
    await clock.advance(2000);
    expect(server.open).toHaveLength(1);
  });

  it('interval: is kept between polls until another comes, except where more is waiting', async () => {
    const { answer, clock, poll, told } = await advised({ interval: 10 });
    expect(() => poll()).toThrow('0 polls');
    await clock.advance(9999);
    expect(() => poll()).toThrow('0 polls');
    await clock.advance(1);
    await answer({ ...news('orders', [direct(1)]), more: true });
    await answer(news('orders', [direct(2)]));
    expect(() => poll()).toThrow('0 polls');
    await clock.advance(10_000);
    await answer({ session: 's_1', advice: { interval: 0 } });
    expect(poll().body.wait).toBe(25);
    expect(told('advice').map(({ advice }) => advice)).toEqual([{ interval: 10 }, { interval: 0 }]);
  });

  it('mode: short polls and back', async () => {
    const { answer, clock, poll } = await advised({ mode: 'short-poll', interval: 4 });
    await clock.advance(4000);
    expect(poll().body.wait).toBe(0);
    await answer({ session: 's_1', advice: { mode: 'long-poll', interval: 0 } });
    expect(poll().body.wait).toBe(25);
  });

  it('mode: does not take short polling from a client that was set to it', async () => {
    const { clock, poll } = await advised({ mode: 'long-poll', wait: 25 }, { mode: 'short-poll' });
    await clock.advance(9999);
    expect(() => poll()).toThrow('0 polls');
    await clock.advance(1);
    expect(poll().body.wait).toBe(0);
  });

  it('drain: comes back after a random part of it, not sooner for anything', async () => {
    const { client, clock, poll } = await advised({ drain: 8 });
    client.application('calls');
    await clock.advance(3999);
    expect(() => poll()).toThrow('0 polls');
    await clock.advance(1);
    poll().answer(204);
    await clock.settle();
    expect(poll().body.wait).toBe(25);
  });

  describe('hidden', () => {
    let look: StubPage['look'];
    beforeEach(() => {
      look = stubPage().look;
    });
    afterEach(() => vi.unstubAllGlobals());

    it('polls briefly and seldom once what is held has ended, and at once when it is seen', async () => {
      const { answer, clock, poll } = await advised({ hidden: 90 });
      const held = poll();
      expect(held.body.wait).toBe(25);
      look('hidden');
      await clock.advance(20_000);
      expect(held.done).toBe(false);
      await answer(news('orders', [direct(1)]));
      await clock.advance(89_999);
      expect(() => poll()).toThrow('0 polls');
      await clock.advance(1);
      expect(poll().body).toMatchObject({ wait: 0, applications: { orders: { cursor: 'c1' } } });
      await answer({ ...news('orders', [direct(2)]), more: true });
      expect(poll().body.wait).toBe(0);
      await answer(news('orders', [direct(3)]));
      await clock.advance(1000);
      look('visible');
      await clock.advance(0);
      expect(poll().body).toMatchObject({ wait: 25, applications: { orders: { cursor: 'c3' } } });
    });

    it('is no reason to ask sooner than an interval, a drain or a Retry-After says', async () => {
      const { answer, clock, poll } = await advised({ hidden: 5, interval: 10 });
      look('hidden');
      await clock.advance(9999);
      expect(() => poll()).toThrow('0 polls');
      await clock.advance(1);
      await answer({ session: 's_1', advice: { drain: 60 } });
      await clock.advance(29_999);
      expect(() => poll()).toThrow('0 polls');
      await clock.advance(1);
      poll().answer(503, undefined, { 'retry-after': '40' });
      await clock.advance(39_999);
      expect(() => poll()).toThrow('0 polls');
      look('visible');
      await clock.advance(6000);
      expect(poll().body.wait).toBe(0);
    });

    it('is not waited for by an application that joins', async () => {
      const { answer, client, clock, poll } = await advised({ hidden: 90 });
      look('hidden');
      await answer({ session: 's_1', applications: {} });
      client.application('calls').on('note', () => undefined);
      await clock.advance(20);
      expect(Object.keys(poll().body.applications)).toEqual(['orders', 'calls']);
    });

    it('changes nothing where it is not advised', async () => {
      const { answer, poll } = await advised({});
      look('hidden');
      await answer(news('orders', [direct(1)]));
      expect(poll().body.wait).toBe(25);
    });
  });

  it.each([{ wait: '9', interval: -3, mode: 7, drain: null, hidden: true }, [], 'fast', 7, { wait: Number.NaN }])(
    'is ignored where it makes no sense: %j',
    async (advice) => {
      const { poll, told } = await advised(advice);
      expect(poll().body.wait).toBe(25);
      expect(told('advice')).toMatchObject([{ advice: {} }]);
    },
  );

  it('never silences a client for longer than an hour', async () => {
    const { clock, poll } = await advised({ interval: 1e9 });
    await clock.advance(3_600_000);
    expect(poll().body.seq).toBe(1);
  });
});
