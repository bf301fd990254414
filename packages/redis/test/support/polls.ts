/** Polls that wait at a communication server, and what they cost Redis. */
import type { PollAnswer, PollRequest } from '@pollux/core';
import type { CommunicationServer, PollOutcome } from '@pollux/core/server';
import type { RedisProcess } from '../../src/testing/index.ts';

/** Opens a session and has it hold a poll for so many seconds; once it is held gives what it will be answered. */
export async function holdPoll(
  server: CommunicationServer,
  recipient: string,
  wait: number,
): Promise<{ readonly answered: Promise<PollOutcome> }> {
  const ask = (request: PollRequest): Promise<PollOutcome> =>
    new Promise((answer) => void server.poll({ recipient }, request, { answer }));
  const opened = await ask({ wait: 0, applications: { orders: { cursor: null } } });
  if (opened.status !== 200) throw new Error(`opening a session: ${opened.status}`);
  const { session = '', applications } = JSON.parse(opened.json) as PollAnswer;
  const section = applications?.['orders'];
  const cursor = section !== undefined && 'cursor' in section ? section.cursor : null;
  const held = server.inspect.totals().heldPolls;
  const answered = ask({ session, wait, applications: { orders: { cursor } } });
  while (server.inspect.totals().heldPolls <= held) await new Promise((done) => setTimeout(done, 1));
  return { answered };
}

/** Scripts that were called since Redis was started. */
export async function scriptCalls(redis: RedisProcess): Promise<number> {
  const found = /cmdstat_evalsha:calls=(\d+)/.exec(String(await redis.ask(['INFO', 'commandstats'])));
  return Number(found?.[1] ?? 0);
}
