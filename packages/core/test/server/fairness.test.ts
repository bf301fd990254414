import { describe, expect, it } from 'vitest';
import type { BufferedMessage } from '../../src/buffer/message-buffer.ts';
import type { Urgency } from '../../src/protocol/types.ts';
import { pack } from '../../src/server/packing.ts';
import { createScene, messagesOf } from './scene.ts';

function messages(count: number, size: number, urgency: Urgency = 'normal'): BufferedMessage[] {
  return Array.from({ length: count }, (_, i) => ({
    position: i + 1,
    members: '',
    size,
    acceptedMs: 0,
    waitingSinceMs: 0,
    expiresMs: 0,
    urgency,
    topic: undefined,
  }));
}

describe('packing', () => {
  it('takes everything that fits', () => {
    expect(pack([{ lists: [messages(3, 10), messages(2, 10)] }, { lists: [messages(1, 10)] }], 60, 0)).toEqual([5, 1]);
  });

  it('shares by bytes, not by messages', () => {
    const [large, small] = pack([{ lists: [messages(100, 1000)] }, { lists: [messages(1000, 100)] }], 20_000, 0);
    expect(large).toBe(10);
    expect(small).toBe(100);
  });

  it('serves urgency first, and keeps a share for the rest', () => {
    const [low, high] = pack([{ lists: [messages(100, 100, 'low')] }, { lists: [messages(100, 100, 'high')] }], 4000, 0);
    expect(high).toBe(30);
    expect(low).toBe(10);
  });

  it('gives the unused share back', () => {
    const [low, high] = pack([{ lists: [messages(2, 100, 'low')] }, { lists: [messages(100, 100, 'high')] }], 4000, 0);
    expect(low).toBe(2);
    expect(high).toBe(38);
  });

  it('always takes at least one message, however large', () => {
    expect(pack([{ lists: [messages(2, 5000)] }], 100, 0)).toEqual([1]);
  });

  it('passes the first turn around', () => {
    const two = [{ lists: [messages(2, 5000)] }, { lists: [messages(2, 5000)] }];
    expect(pack(two, 100, 0)).toEqual([1, 0]);
    expect(pack(two, 100, 1)).toEqual([0, 1]);
  });
});

describe('a flooding application', () => {
  it('does not delay a quiet one by a single answer, and is drained by `more` until nothing is left', () => {
    const { client, send } = createScene({ flood: {}, quiet: {} }, { responseBytes: 16_384 });
    const alice = client({ recipient: 'alice' });
    alice.poll(['flood', 'quiet']);
    for (let i = 0; i < 1000; i++) send('flood', 'alice', { type: `f${i}`, data: 'x'.repeat(100) });
    send('quiet', 'alice', { type: 'q' });
    const first = alice.poll(['flood', 'quiet']);
    expect(first.types('quiet')).toEqual(['q']);
    expect(first.answer().more).toBe(true);
    const seen = first.types('flood');
    let answers = 1;
    for (let poll = first; poll.answer().more; answers++) {
      poll = alice.poll(['flood', 'quiet']);
      seen.push(...poll.types('flood'));
    }
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, i) => `f${i}`));
    expect(answers).toBeLessThan(30);
    expect(messagesOf(first.answer(), 'flood').length).toBeGreaterThan(10);
  });
});
