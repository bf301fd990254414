import type { MessageBuffer, StoredQueue } from '@pollux/core/server';
import { readTransferLine, TransferError, type TransferLine, transferVersion } from './queue-line.ts';

/** What an import did. */
export interface TransferCount {
  readonly queues: number;
  /** Waiting and parked ones. */
  readonly messages: number;
  /** Queues left as they are, because the buffer holds a queue of that address and application already. */
  readonly skipped: readonly Pick<StoredQueue, 'address' | 'application'>[];
}

/** Queues under way at once: a durable buffer commits them in groups. */
const atOnce = 256;

function checkHead(line: TransferLine): void {
  if (!('pollux' in line)) throw new TransferError('This is no export of a Pollux buffer: its first line says something else');
  if (line.version > transferVersion)
    throw new TransferError(
      `The export has version ${line.version}; this program reads up to ${transferVersion}. Use a newer one`,
    );
}

/** Takes lines apart in order and sees that head and foot are there. */
async function* queuesOf(lines: AsyncIterable<string>): AsyncGenerator<StoredQueue, void, void> {
  let number = 0;
  let queues = 0;
  let isEnded = false;
  for await (const text of lines) {
    number += 1;
    if (isEnded) throw new TransferError(`Line ${number} follows the end of the export`);
    const line = readTransferLine(text, number);
    if (number === 1) checkHead(line);
    else if ('pollux' in line) throw new TransferError(`Line ${number} is a second head`);
    else if ('queue' in line) {
      queues += 1;
      yield line.queue;
    } else {
      isEnded = true;
      if (line.queues !== queues) throw new TransferError(`The foot tells of ${line.queues} queues, ${queues} were read`);
    }
  }
  if (!isEnded) throw new TransferError(`The export is cut off after line ${number}: its last line is missing`);
}

/** Reads an export without storing anything; throws `TransferError` at the first line that is wrong. */
export async function checkLines(lines: AsyncIterable<string>): Promise<Omit<TransferCount, 'skipped'>> {
  let queues = 0;
  let messages = 0;
  for await (const queue of queuesOf(lines)) {
    queues += 1;
    messages += queue.messages.length + queue.parked.length;
  }
  return { queues, messages };
}

/**
 * Takes every queue of an export into a buffer. Repeating it is harmless: a queue that is there already is left alone
 * and counted as skipped. Check the lines first, since what precedes a wrong line is stored.
 */
export async function importLines(buffer: MessageBuffer, lines: AsyncIterable<string>): Promise<TransferCount> {
  const skipped: Pick<StoredQueue, 'address' | 'application'>[] = [];
  let queues = 0;
  let messages = 0;

  async function take(queue: StoredQueue): Promise<void> {
    if (await buffer.restore(queue)) {
      queues += 1;
      messages += queue.messages.length + queue.parked.length;
    } else skipped.push({ address: queue.address, application: queue.application });
  }

  let underWay: Promise<void>[] = [];
  const settle = async (): Promise<void> => {
    const all = underWay;
    underWay = [];
    await Promise.all(all);
  };
  try {
    for await (const queue of queuesOf(lines)) {
      const taking = take(queue);
      // Heard of when all are settled; until then, with lines still to come, nobody would, which ends the process.
      taking.catch(() => undefined);
      underWay.push(taking);
      if (underWay.length >= atOnce) await settle();
    }
  } finally {
    await settle();
  }
  return { queues, messages, skipped };
}
