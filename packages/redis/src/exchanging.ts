/** Acknowledging and reading: the queues of each address by one script, all of them in one round trip. */
import { addressKey, type ExchangeRequest, type Place, type QueueExchange, type QueueReading } from '@pollux/core/server';
import { type BufferContext, callScript } from './context.ts';
import { parseElement } from './element.ts';
import { groupBy } from './group-by.ts';
import { untold } from './log-state.ts';
import { isLog, type Logs } from './logs.ts';
import { parseLosses } from './reasons.ts';

/** A place as arguments of a script. */
export function placeArguments(place: Place | undefined): readonly [epoch: string, position: string] {
  return place === undefined ? ['', '0'] : [place.epoch, String(place.position)];
}

/** Acknowledges and reads all queues of a request, in the order asked. */
export async function exchangeAll(
  context: BufferContext,
  logs: Logs,
  request: ExchangeRequest,
): Promise<readonly QueueReading[]> {
  const byAddress = groupBy(request.queues.keys(), (index) => addressKey((request.queues[index] as QueueExchange).address));
  const readings: QueueReading[] = [];
  await Promise.all(
    [...byAddress].map(async ([key, indexes]) => {
      const queues = indexes.map((index) => request.queues[index] as QueueExchange);
      const found = await (isLog(key) ? logs.read(request, key, queues) : exchangeOf(context, request, key, queues));
      for (const [place, index] of indexes.entries()) readings[index] = found[place] as QueueReading;
    }),
  );
  return readings;
}

async function exchangeOf(
  context: BufferContext,
  { session, maxBytes, keepMs }: ExchangeRequest,
  key: string,
  queues: readonly QueueExchange[],
): Promise<readonly QueueReading[]> {
  const wholeMs = String(Math.ceil(keepMs));
  const args = [key, context.node, session, String(maxBytes), wholeMs, context.mayFree() ? '1' : '0'];
  for (const { application, handled, read, limit, retain } of queues) {
    args.push(application, ...placeArguments(handled), ...placeArguments(read), ...placeArguments(limit));
    args.push(retain === true ? '1' : '0', context.newEpoch());
  }
  return ((await callScript(context, 'exchange', context.keys.bucketOf(key), args)) as ReadingResult[]).map(readingOf);
}

type ReadingResult = readonly [
  epoch: string,
  after: number,
  last: number,
  more: number,
  reset: number,
  freed: number,
  freedTo: number,
  hasHoles: number,
  losses: string,
  elements: readonly string[],
];

function readingOf([epoch, after, last, more, reset, freed, freedTo, hasHoles, losses, elements]: ReadingResult): QueueReading {
  return {
    epoch,
    after,
    last,
    messages: elements.map(parseElement),
    more: more === 1,
    losses: untold(parseLosses(losses), after, freedTo, hasHoles === 1),
    reset: reset === 1,
    freed,
  };
}
