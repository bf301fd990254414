/** What goes wrong after the first byte of a fetch's answer. */
import { describe, expect, it } from 'vitest';
import { opened, origin } from './fetch-setup.ts';
import { direct, fetchMessage, news } from './harness.ts';

/** A good response that stands still after the first of its body; how to break it off. */
function unfinished(): { response: Response; cut(): void } {
  let cut = (): void => undefined;
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('{"number"'));
      cut = () => controller.error(new TypeError('network error'));
    },
  });
  return { response: new Response(body), cut: () => cut() };
}

describe('a body', () => {
  it('that breaks off is fetched anew', async () => {
    const { answer, clock, fetched, requests } = await opened();
    await answer(news('orders', [fetchMessage(1, { href: `${origin}/x` })]));
    const { response, cut } = unfinished();
    requests()[0]?.answerWith(response);
    await clock.settle();
    cut();
    await clock.advance(2000);
    expect(fetched).toEqual([]);
    requests()[1]?.answer(200, { number: 1 });
    await clock.settle();
    expect(fetched.map(({ data }) => data)).toEqual([{ number: 1 }]);
  });

  it('that never ends is given up, and the queue goes on', async () => {
    const { answer, clock, fetched, orders, requests, told } = await opened();
    const seen: unknown[] = [];
    orders.on('note', ({ data }) => void seen.push(data));
    await answer(news('orders', [fetchMessage(1, { href: `${origin}/x` }), direct(2)]));
    for (let attempt = 0; attempt < 4; attempt++) {
      requests()[attempt]?.answerWith(unfinished().response);
      await clock.advance(60_000);
    }
    expect(fetched).toEqual([]);
    expect(told('handler-failed')).toMatchObject([{ id: 'm1', reason: 'Error: no answer within 30 s' }]);
    expect(seen).toEqual([2]);
  });

  it('that is no JSON is for the handler all the same', async () => {
    const { answer, bodies, clock, fetched, requests } = await opened();
    await answer(news('orders', [fetchMessage(1, { href: `${origin}/x` })]));
    requests()[0]?.answer(200, 'plain');
    await clock.settle();
    expect(bodies).toEqual(['plain']);
    expect(fetched.map(({ data }) => data)).toEqual([undefined]);
  });
});
