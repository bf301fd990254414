/** Tabs and applications that were away for a while, beside others that went on. */
import { afterEach, expect, it, vi } from 'vitest';
import { deferred, direct, news } from './harness.ts';
import { type Browser, openBrowser, type Tab } from './open-browser.ts';

afterEach(() => vi.unstubAllGlobals());

const calls = (number: number) => ({
  session: 's_1',
  applications: { calls: { cursor: `c${number}`, messages: [direct(number)] } },
});

/** Two tabs of which the older one handles `calls` alone, and has handled the first one. */
async function two(): Promise<Browser & { readonly older: Tab; readonly younger: Tab; tell(type: string): void }> {
  const page = new EventTarget();
  const browser = openBrowser();
  const { open, settle, advance, asking } = browser;
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  const older = await open('calls', { deliver: 'one-tab' });
  vi.stubGlobal('addEventListener', () => undefined);
  asking()[0]?.answer(200, calls(0));
  await settle();
  const younger = await open('calls', { deliver: 'one-tab' });
  asking()[0]?.answer(200, calls(1));
  await advance(2000);
  expect([older.seen, younger.seen]).toEqual([[0, 1], []]);
  const tell = (type: string): void => void page.dispatchEvent(Object.assign(new Event(type), { persisted: true }));
  return { ...browser, older, younger, tell };
}

it('an older tab that leaves what one tab alone handles and joins it again handles nothing that another one did', async () => {
  const { older, younger, advance, asking } = await two();
  older.client.application('calls').close();
  await advance(2000);
  asking()[0]?.answer(200, calls(2));
  await advance(2000);
  expect(younger.seen).toEqual([2]);
  older.client.application('calls');
  await advance(2000);
  asking()[0]?.answer(200, calls(3));
  await advance(2000);
  expect([older.seen, younger.seen]).toEqual([[0, 1, 3], [2]]);
});

it('nor does one that comes back from the back-forward cache', async () => {
  const { older, younger, tell, settle, advance, asking } = await two();
  tell('pagehide');
  for (const lastWord of older.server.open) if (lastWord.init.keepalive) lastWord.answer(204);
  await advance(2000);
  asking()[0]?.answer(204);
  await settle();
  asking()[0]?.answer(200, calls(2));
  await advance(2000);
  expect(younger.seen).toEqual([2]);
  tell('pageshow');
  await settle();
  await advance(2000);
  expect(asking()).toHaveLength(1);
  asking()[0]?.answer(200, calls(3));
  await advance(2000);
  expect([older.seen, younger.seen]).toEqual([[0, 1, 3], [2]]);
  expect([...older.gaps, ...younger.gaps]).toEqual([]);
});

it('nor does one whose handler was at work all the while', async () => {
  const { older, younger, tell, settle, advance, asking } = await two();
  const work = deferred();
  older.client.application('calls').on('note', ({ data }) => (data === 2 ? work.promise : undefined));
  asking()[0]?.answer(200, calls(2));
  await settle();
  tell('pagehide');
  for (const lastWord of older.server.open) if (lastWord.init.keepalive) lastWord.answer(204);
  await advance(2000);
  asking()[0]?.answer(200, calls(2));
  await advance(2000);
  asking()[0]?.answer(200, calls(3));
  await advance(2000);
  tell('pageshow');
  await advance(2000);
  work.resolve();
  await advance(2000);
  asking()[0]?.answer(200, calls(4));
  await settle();
  await advance(2000);
  expect([older.seen, younger.seen]).toEqual([
    [0, 1, 2, 4],
    [2, 3],
  ]);
  expect(asking().map(({ body }) => body.applications)).toEqual([{ calls: { cursor: 'c4' } }]);
});

it('an application that a tab joins after it came misses nothing, though the polling tab has it not', async () => {
  const { open, settle, advance, asking } = openBrowser();
  await open('calls');
  asking()[0]?.answer(200, calls(0));
  await settle();
  const second = await open('orders');
  await advance(1000);
  asking()[0]?.answer(200, news('orders', [direct(1)]));
  await advance(2000);
  const third = await open('calls');
  third.join('orders');
  await advance(2000);
  asking()[0]?.answer(200, news('orders', [direct(2)]));
  await advance(2000);
  expect([second.seen, third.seen]).toEqual([[1, 2], [2]]);
  expect([...second.gaps, ...third.gaps]).toEqual([]);
});
