/** A connection that ends between the deed and the answer: whoever publishes again under the same key finds one copy (T37). */
import { afterAll, describe, expect, it } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { entryOf, readingOf, textsOf, untilDone } from './support/entries.ts';
import { openProxy } from './support/proxy.ts';

const redis = await startRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const publishes = Number(process.env['POLLUX_SOAK_CUT_CONNECTIONS'] ?? 1000);
const atOnce = 20;

/** Publishes in groups whose answers are cut off, again until each is answered; gives what stands there in the end. */
async function publishAll(
  prefix: string,
  keyOf: (text: string) => string | undefined,
): Promise<{ texts: string[]; failures: number }> {
  await using proxy = await openProxy(redis.port);
  const limits = { queueMessages: 100_000, queueBytes: 1e9, addressBytes: 1e9 };
  const buffer = await openRedisBuffer({ url: proxy.url, prefix, limits });
  let failures = 0;
  try {
    for (let first = 0; first < publishes; first += atOnce) {
      await untilDone(() => buffer.exchange(readingOf('alice')));
      proxy.cutAtAnswer();
      await Promise.all(
        Array.from({ length: atOnce }, async (_, index) => {
          const text = `m${first + index}`;
          const { attempts } = await untilDone(() => buffer.append([entryOf('alice', text, { key: keyOf(text) })]));
          failures += attempts - 1;
        }),
      );
    }
    const { value } = await untilDone(() => buffer.exchange({ ...readingOf('alice'), maxBytes: 1e9 }));
    return { texts: textsOf(value[0]), failures };
  } finally {
    await buffer.close();
  }
}

describe('T37 a connection that is cut before the answer', () => {
  it(`${publishes} publishes, each again until it is answered: one copy of each`, { timeout: 300_000 }, async () => {
    const { texts, failures } = await publishAll('cut:', (text) => text);
    expect(texts.length).toBe(publishes);
    expect(new Set(texts).size).toBe(publishes);
    expect(failures).toBeGreaterThan(publishes / 2);
  });

  it('without keys there would be copies', { timeout: 300_000 }, async () => {
    const { texts } = await publishAll('copies:', () => undefined);
    expect(texts.length).toBeGreaterThan(publishes);
  });
});
