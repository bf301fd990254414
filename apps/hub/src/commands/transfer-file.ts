import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** The lines of a file, one at a time. */
export async function* linesOf(file: string): AsyncGenerator<string, void, void> {
  const input = createReadStream(file);
  // readline hears nothing of what the stream meets.
  let failure: Error | undefined;
  input.on('error', (error) => {
    failure = error;
  });
  yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  if (failure !== undefined) throw failure;
}
