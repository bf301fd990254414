/** The first words on a connection: who answers there, and may a buffer rest on it. */
import type { Clock } from '@pollux/core';
import type { createClient as createRedisClient } from '@redis/client';
import { reasonOf } from './errors.ts';
import type { Script, Scripts } from './scripts/index.ts';
import { readFacts, type ServerFacts, unfitness } from './server-facts.ts';

/** Milliseconds between two such questions to a process. */
const askAgainMs = 5000;

export type Client = ReturnType<typeof createRedisClient>;

/** What was found out. */
export interface Introduction {
  readonly facts: ServerFacts;
  /** Something was there before. */
  readonly isOld: boolean;
  /** The `totals` that are on their way to another process of the cluster: they must be told when they are used after all. */
  readonly away: Set<string>;
}

/** Asks a process what it is. */
async function askFacts(client: Client): Promise<ServerFacts> {
  const info = String(await client.sendCommand(['INFO']));
  const syncs = await client.sendCommand(['CONFIG', 'GET', 'appendfsync']).catch(() => undefined);
  return readFacts(info, syncsOf(syncs));
}

export function unfitSentence(unfit: string): string {
  return `This Redis cannot hold messages: ${unfit}.`;
}

/** Asks the process who it is, tells the store of each of its `totals`, and gives it the scripts: in this order. */
export async function introduce(client: Client, scripts: Scripts, totals: readonly string[]): Promise<Introduction> {
  const facts = await askFacts(client);
  const unfit = unfitness(facts);
  if (unfit !== undefined) throw new Error(unfitSentence(unfit));
  const away = new Set<string>();
  const known = await Promise.all(
    totals.map((key) =>
      begin(client, scripts, key, facts).catch((error: unknown) => {
        if (!reasonOf(error).startsWith('ASK')) throw error;
        away.add(key);
        return false;
      }),
    ),
  );
  await load(client, Object.values(scripts));
  return { facts, isOld: known.includes(true), away };
}

/** Tells one store which process it stands at; gives whether something was there before. */
export async function begin(client: Client, scripts: Scripts, totals: string, { runId }: ServerFacts): Promise<boolean> {
  return Number(await client.sendCommand(['EVAL', scripts.begin.text, '1', totals, runId])) === 1;
}

/**
 * Asks a process again and again what it is: its settings may be changed while it runs. `told` is given why a buffer must
 * not rest on it any more, if so.
 */
export function keepAsking(
  client: Client,
  clock: Clock,
  told: (facts: ServerFacts, unfit: string | undefined) => void,
): { stop(): void } {
  let isStopped = false;
  let timer = clock.setTimeout(ask, askAgainMs);

  function ask(): void {
    // One that does not answer at present is asked later; whether it is lost, others see.
    const asked = askFacts(client).then((facts) => {
      if (!isStopped) told(facts, unfitness(facts));
    });
    void asked
      .catch(() => undefined)
      .then(() => {
        if (!isStopped) timer = clock.setTimeout(ask, askAgainMs);
      });
  }

  return {
    stop() {
      isStopped = true;
      timer.clear();
    },
  };
}

/** Gives the process what it does not have: to compile a script costs it more than to answer a hundred polls. */
async function load(client: Client, scripts: readonly Script[]): Promise<void> {
  const there = await client.sendCommand(['SCRIPT', 'EXISTS', ...scripts.map(({ sha }) => sha)]);
  const missing = scripts.filter((_, index) => !Array.isArray(there) || Number(there[index]) !== 1);
  await Promise.all(missing.map(({ text }) => client.sendCommand(['SCRIPT', 'LOAD', text])));
}

/** The value in an answer to `CONFIG GET`, which is a list in one protocol and a map in the other. */
function syncsOf(answer: unknown): string | undefined {
  if (Array.isArray(answer)) return answer[1] === undefined ? undefined : String(answer[1]);
  if (typeof answer !== 'object' || answer === null) return undefined;
  const value = (answer as Record<string, unknown>)['appendfsync'];
  return value === undefined ? undefined : String(value);
}
