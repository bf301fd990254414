/** Much that is said at once, to a process that takes it as fast as it can. */
import { createMemoryBuffer } from '@pollux/core/server';
import { afterAll, expect, it } from 'vitest';
import { joinBuffer, shareBuffer } from '../../src/sharing/index.ts';
import { entry, socketFolder } from './support.ts';

const folder = socketFolder();
afterAll(() => folder.remove());

it('answers of more than a socket takes at once are all given, to a process that reads them', async () => {
  const path = folder.nextPath();
  const owned = createMemoryBuffer();
  const shared = await shareBuffer(owned, { path });
  const buffer = await joinBuffer({ path });
  const lost: string[] = [];
  buffer.watch({ failed: ({ reason }) => void lost.push(reason) });
  const members = `"kind":"direct","type":"t","data":"${'x'.repeat(60_000)}"`;
  await buffer.append([{ ...entry('alice', 1), members, size: members.length }]);
  const { address, application } = entry('alice', 1);
  const queues = [{ address, application, handled: undefined, read: undefined }];
  const polls = Array.from({ length: 3000 }, (_, n) =>
    buffer.exchange({ session: `s${n}`, queues, maxBytes: 262_144, keepMs: 60_000 }),
  );
  const readings = await Promise.allSettled(polls);
  expect(readings.filter(({ status }) => status === 'rejected').length).toBe(0);
  expect(lost).toEqual([]);
  await buffer.close();
  await shared.close();
  await owned.close();
});
