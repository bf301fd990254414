/** A streamed body whose reader takes a large answer slowly. */
import { expect, it } from 'vitest';
import { createBodyStream } from '../src/body-stream.ts';

it('is handed over in pieces, so that what a slow reader has taken shows', async () => {
  const { answer, body, over } = createBodyStream(() => undefined);
  let drained = 0;
  answer.onDrain = () => void drained++;
  const text = 'ä'.repeat(100_000);
  answer.write(text);
  answer.write('end');
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const first = await reader.read();
  expect(answer.buffered).toBeGreaterThanOrEqual(150_000);
  expect([first.value === undefined ? 0 : first.value.byteLength < 20_000, drained]).toEqual([true, 0]);
  answer.end();
  let received = decoder.decode(first.value, { stream: true });
  for (let next = await reader.read(); !next.done; next = await reader.read())
    received += decoder.decode(next.value, { stream: true });
  await over;
  expect(received).toBe(`${text}end`);
  expect(answer.buffered).toBe(0);
});
