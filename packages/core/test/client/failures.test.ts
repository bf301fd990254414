import { describe, expect, it } from 'vitest';
import { direct, news, setup } from './harness.ts';

async function opened(options: Parameters<typeof setup>[0] = {}, random = 0.5) {
  const parts = setup(options, random);
  parts.client.application('orders').on('note', () => undefined);
  await parts.open();
  return parts;
}

describe('a failed poll', () => {
  it.each([
    ['a network error', undefined, undefined],
    ['500', 500, 'oops'],
    ['502 of a proxy', 502, '<html>Bad gateway</html>'],
    ['garbage', 200, '<html>Sign in to the Wi-Fi</html>'],
    ['a truncated body', 200, '{"session":"s_1","appli'],
    ['an empty body', 200, ''],
    ['null', 200, 'null'],
    ['an array', 200, '[]'],
    ['no session', 200, '{}'],
    ['a wrong session', 200, '{"session":7}'],
    ['a 304', 304, undefined],
  ])('%s: backs off, then finds out with a poll that is not held', async (_name, status, body) => {
    const { clock, poll, server, client, told } = await opened();
    if (status === undefined) poll().fail();
    else poll().answer(status, body);
    await clock.settle();
    expect(client.state).toBe('waiting');
    expect(told('request-failed')).toMatchObject([{ seq: 1, retryInMs: 1250 }]);
    await clock.advance(1249);
    expect(server.open).toHaveLength(0);
    await clock.advance(1);
    expect(client.state).toBe('connecting');
    expect(poll().body).toMatchObject({ session: 's_1', seq: 2, wait: 0, applications: { orders: { cursor: 'orders0' } } });
    poll().answer(204);
    await clock.settle();
    expect(client.state).toBe('connected');
    expect(poll().body).toMatchObject({ seq: 3, wait: 25 });
  });

  it('backs off longer each time, up to 20 s, and anew after a healthy exchange', async () => {
    const { clock, poll, told } = await opened({}, 1);
    for (let round = 0; round < 7; round++) {
      poll().fail();
      await clock.settle();
      await clock.advance(told('request-failed')[round]?.retryInMs ?? 0);
    }
    expect(told('request-failed').map(({ retryInMs }) => retryInMs)).toEqual([2000, 4000, 8000, 16_000, 20_000, 20_000, 20_000]);
    poll().answer(204);
    await clock.settle();
    poll().fail();
    await clock.settle();
    expect(told('request-failed')[7]?.retryInMs).toBe(2000);
  });

  it('never comes back sooner than half a second', async () => {
    const { clock, poll, told } = await opened({}, 0);
    for (let round = 0; round < 5; round++) {
      poll().fail();
      await clock.advance(500);
    }
    expect(told('request-failed').every(({ retryInMs }) => retryInMs === 500)).toBe(true);
  });

  it('says why, with the problem that the server named', async () => {
    const { clock, poll, told } = await opened();
    poll().answer(500, { title: 'The server failed', detail: 'Disk on fire' });
    await clock.settle();
    expect(told('request-failed')[0]?.reason).toBe('status 500 The server failed: Disk on fire');
  });

  it('a join does not cut the back-off short', async () => {
    const { client, clock, poll, server } = await opened();
    poll().fail();
    await clock.settle();
    client.application('calls');
    await clock.advance(1249);
    expect(server.open).toHaveLength(0);
    await clock.advance(1);
    expect(Object.keys(poll().body.applications)).toEqual(['orders', 'calls']);
  });
});

describe('400 and 413', () => {
  it.each([400, 403, 404, 413, 415])('%i: goes on with the longest back-off, since soon will not help', async (status) => {
    const { clock, poll, told } = await opened({}, 1);
    poll().answer(status, { title: 'No', detail: 'the field x' });
    await clock.settle();
    expect(told('request-failed')[0]).toMatchObject({ reason: `status ${status} No: the field x`, retryInMs: 20_000 });
  });
});

describe('401', () => {
  it('asks for a token once more and goes on at once', async () => {
    let count = 0;
    const { clock, poll, told } = await opened({ getToken: async () => `token-${++count}` });
    expect(poll().header('authorization')).toBe('Bearer token-1');
    poll().answer(401);
    await clock.settle();
    expect(poll().header('authorization')).toBe('Bearer token-2');
    expect(told('request-failed')).toEqual([]);
    poll().answer(401);
    await clock.settle();
    expect(told('request-failed')).toMatchObject([{ reason: 'status 401' }]);
    await clock.advance(20_000);
    expect(poll().header('authorization')).toBe('Bearer token-3');
    expect(count).toBe(3);
  });

  it('is a failure where there is no token to renew', async () => {
    const { clock, poll, told } = await opened();
    poll().answer(401);
    await clock.settle();
    expect(told('request-failed')).toHaveLength(1);
  });

  it('a token that cannot be had, or never comes, is a failure like any other', async () => {
    let how: 'throw' | 'reject' | 'hang' = 'throw';
    const getToken = (): Promise<string> => {
      if (how === 'throw') throw new Error('signed out');
      return how === 'reject' ? Promise.reject(new Error('signed out')) : new Promise(() => undefined);
    };
    const { client, clock, server, told } = setup({ getToken });
    client.application('orders');
    await clock.advance(0);
    how = 'reject';
    await clock.advance(20_000);
    how = 'hang';
    await clock.advance(40_000);
    expect(server.sent).toHaveLength(0);
    const reasons = new Set(told('request-failed').map(({ reason }) => reason));
    expect([...reasons]).toEqual(['Error: signed out', 'no answer within 10 s']);
  });
});

describe('409', () => {
  it('takes a new session with the old cursors, at once, and only once in a row', async () => {
    const { clock, poll, told } = await opened();
    poll().answer(409, { title: 'A newer poll of this session took over' });
    await clock.settle();
    expect(poll().body.session).toBeUndefined();
    expect(poll().body).toMatchObject({ seq: 2, applications: { orders: { cursor: 'orders0' } } });
    expect(told('request-failed')).toEqual([]);
    poll().answer(409);
    await clock.settle();
    expect(told('request-failed')).toHaveLength(1);
  });

  it('goes on with the session that the server then names', async () => {
    const { answer, clock, poll } = await opened();
    poll().answer(409);
    await clock.settle();
    await answer({ session: 's_2' });
    expect(poll().body.session).toBe('s_2');
  });
});

describe('429 and 503', () => {
  it('takes Retry-After as a floor, never added to the back-off', async () => {
    const { clock, poll, told } = await opened({}, 0);
    for (const status of [429, 503, 429]) {
      poll().answer(status, undefined, { 'retry-after': '7' });
      await clock.advance(7000);
    }
    expect(told('request-failed').map(({ retryInMs }) => retryInMs)).toEqual([7000, 7000, 7000]);
  });

  it('spreads those who were told the same time by up to a quarter of it', async () => {
    const { clock, poll, told } = await opened({}, 1);
    poll().answer(503, undefined, { 'retry-after': '100' });
    await clock.settle();
    expect(told('request-failed')[0]?.retryInMs).toBe(125_000);
  });

  it.each([
    ['nothing, where it is a date', new Date(1_700_000_012_000).toUTCString(), undefined, 500],
    ['the body, where the header is hidden from this origin', undefined, { retryAfter: 9 }, 9000],
    ['the longer of both', '3', { retryAfter: 9 }, 9000],
    ['at most five minutes', '1e9', undefined, 300_000],
    ['nothing, where it makes no sense', 'soon', { retryAfter: 'never' }, 500],
    ['nothing, where it is negative or past', '-5', { retryAfter: Number.NaN }, 500],
  ])('reads %s', async (_name, header, body, expected) => {
    const { clock, poll, told } = await opened({}, 0);
    poll().answer(503, body, header === undefined ? {} : { 'retry-after': header });
    await clock.settle();
    expect(told('request-failed')[0]?.retryInMs).toBe(expected);
  });
});

describe('the watchdog', () => {
  it('gives up a poll ten seconds after its hold and tries again', async () => {
    const { clock, poll, server, told } = await opened();
    const held = poll();
    await clock.advance(34_999);
    expect(held.aborted).toBe(false);
    await clock.advance(1);
    expect(held.aborted).toBe(true);
    expect(told('request-failed')).toMatchObject([{ reason: 'no answer within 35 s' }]);
    await clock.advance(1250);
    expect(server.open).toHaveLength(1);
    await clock.advance(10_000);
    expect(told('request-failed')[1]?.reason).toBe('no answer within 10 s');
  });

  it('ignores what an abandoned poll still brings', async () => {
    const { client, clock, poll } = await opened();
    const handled: unknown[] = [];
    client.application('orders').on('note', ({ data }) => handled.push(data));
    const held = poll();
    await clock.advance(35_000);
    held.answer(200, news('orders', [direct(1)]));
    await clock.advance(1250);
    expect(handled).toEqual([]);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'orders0' });
  });
});

describe('a server or proxy that answers held polls at once with nothing', () => {
  it.each([
    ['204', 204, undefined],
    ['200 without news', 200, { session: 's_1' }],
    ['200 that promises more', 200, { session: 's_1', more: true, applications: { orders: { cursor: 'orders0' } } }],
  ])('%s: is asked ever more seldom', async (_name, status, body) => {
    const { clock, server } = await opened();
    const begun = server.sent.length;
    for (let second = 0; second < 600; second++) {
      for (let poll = server.open[0]; poll; poll = server.open[0]) {
        poll.answer(status, body);
        await clock.settle();
        if (server.sent.length > begun + 100) return expect.fail('a storm');
      }
      await clock.advance(100);
    }
    expect(server.sent.length - begun).toBeLessThan(15);
  });
});
