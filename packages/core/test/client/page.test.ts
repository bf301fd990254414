import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { direct, news, setup } from './harness.ts';
import { type StubPage, stubPage } from './stub-page.ts';

let page: StubPage;
const tell: StubPage['tell'] = (type, more) => page.tell(type, more);

beforeEach(() => {
  page = stubPage();
});
afterEach(() => vi.unstubAllGlobals());

async function opened(options: Parameters<typeof setup>[0] = {}) {
  const parts = setup(options);
  parts.client.application('orders').on('note', () => undefined);
  await parts.open();
  return parts;
}

describe('the network', () => {
  it('offline: gives the poll up, and polls at once when it is back', async () => {
    const { client, clock, poll, server, answer } = await opened();
    const held = poll();
    vi.stubGlobal('navigator', { onLine: false });
    tell('offline');
    expect(held.aborted).toBe(true);
    expect(client.state).toBe('offline');
    await clock.advance(1000);
    expect(server.open).toHaveLength(0);
    vi.stubGlobal('navigator', { onLine: true });
    tell('online');
    await clock.advance(0);
    expect(poll().body).toMatchObject({ session: 's_1', wait: 0, applications: { orders: { cursor: 'orders0' } } });
    await answer(news('orders', [direct(1)]));
    expect(client.state).toBe('connected');
    expect(poll().body).toMatchObject({ wait: 25, applications: { orders: { cursor: 'c1' } } });
  });

  it('is tried all the same, with back-off, since browsers are sometimes wrong', async () => {
    const { client, clock, poll } = await opened();
    vi.stubGlobal('navigator', { onLine: false });
    tell('offline');
    await clock.advance(1250);
    poll().fail();
    await clock.settle();
    expect(client.state).toBe('offline');
    await clock.advance(2250);
    poll().answer(204);
    await clock.settle();
    expect(client.state).toBe('connected');
  });
});

describe('a page that becomes visible', () => {
  it('ends a back-off', async () => {
    const { clock, poll } = await opened();
    poll().fail();
    await clock.settle();
    page.look('hidden');
    expect(() => poll()).toThrow('0 polls');
    page.look('visible');
    await clock.advance(0);
    expect(poll().body.seq).toBe(2);
  });

  it('ends the interval between short polls', async () => {
    const { clock, poll } = await opened({ mode: 'short-poll' });
    await clock.advance(1000);
    tell('visibilitychange');
    await clock.advance(0);
    expect(poll().body.seq).toBe(1);
  });

  it('does not end what the server asked for by Retry-After', async () => {
    const { clock, poll } = await opened();
    poll().answer(503, undefined, { 'retry-after': '8' });
    await clock.advance(1000);
    tell('visibilitychange');
    tell('online');
    await clock.advance(6999);
    expect(() => poll()).toThrow('0 polls');
    await clock.advance(1);
    expect(poll().body.seq).toBe(2);
  });

  it.each([
    ['offline', 'online'],
    ['freeze', 'resume'],
    ['pagehide', 'pageshow'],
  ])('nor do %s and %s', async (away, back) => {
    const { clock, poll, server } = await opened();
    poll().answer(503, undefined, { 'retry-after': '60' });
    await clock.advance(1000);
    tell(away, { persisted: true });
    for (const lastWord of server.open) lastWord.answer(204);
    await clock.advance(1000);
    tell(back);
    await clock.advance(0);
    expect(() => poll()).toThrow('0 polls');
    await clock.advance(57_999);
    expect(() => poll()).toThrow('0 polls');
    await clock.advance(16_000);
    expect(poll().body.wait).toBe(0);
  });

  it('leaves a poll alone that may well be alive', async () => {
    const { clock, poll } = await opened();
    await clock.advance(20_000);
    const { pending } = clock;
    for (let times = 0; times < 10; times++) tell('visibilitychange');
    await clock.advance(0);
    expect(poll().body.seq).toBe(1);
    expect(clock.pending).toBe(pending);
  });
});

describe('a machine that slept', () => {
  it('replaces its dead poll on the first sign of life, though its timers stood still', async () => {
    const { clock, poll } = await opened();
    const held = poll();
    await clock.advance(1000);
    clock.jump(3_600_000);
    tell('resume');
    expect(held.aborted).toBe(true);
    await clock.advance(0);
    expect(poll().body).toMatchObject({ seq: 2, wait: 0 });
  });

  it('notices by itself within five seconds', async () => {
    const { clock, poll, told } = await opened();
    await clock.advance(1000);
    clock.jump(3_600_000);
    await clock.advance(4000);
    expect(told('request-failed')).toHaveLength(1);
    await clock.advance(1250);
    expect(poll().body.seq).toBe(2);
  });

  it('does nothing because of a clock that was set back', async () => {
    const { clock, poll } = await opened();
    clock.jump(-3_600_000);
    await clock.advance(34_000);
    expect(poll().body.seq).toBe(1);
  });
});

describe('a page that goes', () => {
  it('for good: says goodbye, so that its session holds nothing back', async () => {
    const { poll, server, clock } = await opened();
    const held = poll();
    tell('pagehide', { persisted: false });
    expect(held.aborted).toBe(true);
    expect(server.sent[2]).toMatchObject({ method: 'DELETE', url: 'https://hub.example/pollux/session/s_1' });
    expect(server.sent[2]?.init.keepalive).toBe(true);
    await clock.advance(100_000);
    expect(server.sent).toHaveLength(3);
  });

  it('with something handled and not acknowledged: acknowledges instead', async () => {
    const { client, clock, open, answer, server } = setup();
    let finish = (): void => undefined;
    client.application('orders').on('note', () => new Promise<void>((resolve) => (finish = resolve)));
    await open();
    await answer(news('orders', [direct(1)]));
    finish();
    await clock.settle();
    tell('pagehide', { persisted: true });
    const last = server.sent[server.sent.length - 1];
    expect(last?.init.keepalive).toBe(true);
    expect(last?.body).toMatchObject({ session: 's_1', wait: 0, applications: { orders: { cursor: 'c1' } } });
  });

  it('into the back-forward cache: polls again when it is shown', async () => {
    const { poll, server, clock } = await opened();
    tell('pagehide', { persisted: true });
    expect(server.sent).toHaveLength(2);
    await clock.advance(100_000);
    tell('online');
    expect(server.sent).toHaveLength(2);
    tell('pageshow', { persisted: true });
    await clock.settle();
    expect(poll().body).toMatchObject({ session: 's_1', seq: 2, wait: 0 });
  });

  it('a first pageshow means nothing', async () => {
    const { server } = await opened();
    tell('pageshow', { persisted: false });
    expect(server.sent).toHaveLength(2);
  });
});

describe('close', () => {
  it('stops listening', async () => {
    const { client, server, clock } = await opened();
    const closed = client.close();
    await clock.advance(5000);
    await closed;
    const count = server.sent.length;
    for (const type of ['offline', 'online', 'pagehide', 'pageshow']) tell(type);
    tell('visibilitychange');
    await clock.advance(100_000);
    expect(server.sent).toHaveLength(count);
    expect(client.state).toBe('stopped');
  });
});
