/** `buffer`: where messages wait. Flat, so that every setting has its variable and its `--set`. */
import { z } from 'zod';
import type { BufferConfiguration } from './configuration.ts';
import { object, oneOf, text } from './fields.ts';

export const bufferDefinition: z.ZodType<BufferConfiguration> = z
  .strictObject(
    {
      kind: oneOf(['memory', 'lmdb'], {
        description:
          'Where messages wait: "lmdb" keeps them in a file, synced to the disk before a publish is accepted; "memory" ends with the process.',
      }).default('lmdb'),
      path: text({
        rule: 'must be the path of a file, for example "/var/lib/pollux/buffer.mdb"',
        accepts: (value) => value !== '' && !value.includes('\0') && !value.endsWith('/'),
        description: 'The file of kind "lmdb", made where it is not there; its folder must be there.',
      }).default('pollux-buffer.mdb'),
    },
    object('{ "kind": "lmdb", "path": "/var/lib/pollux/buffer.mdb" }'),
  )
  .prefault({})
  .describe('The message buffer.');
