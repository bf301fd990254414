/** Finding a queue by its epoch: an id does not say in which bucket it stands. */
import type { BufferContext } from './context.ts';

/** A bucket knows no such epoch. */
const notHere = new Error('not here');

/**
 * The name of the queue of an epoch, as soon as one bucket has it: what is away does not matter then.
 *
 * @throws CommunicationError where none has it, and not all could be asked
 */
export async function nameByEpoch(
  { store, keys }: Pick<BufferContext, 'store' | 'keys'>,
  epoch: string,
): Promise<string | undefined> {
  const asked = keys.buckets.map(async (bucket) => {
    const text = await store.send(bucket, ['HGET', bucket.epochs, epoch]);
    if (typeof text !== 'string') throw notHere;
    return text;
  });
  try {
    return await Promise.any(asked);
  } catch (error) {
    const failure = (error as AggregateError).errors.find((each) => each !== notHere);
    if (failure === undefined) return undefined;
    throw failure;
  }
}
