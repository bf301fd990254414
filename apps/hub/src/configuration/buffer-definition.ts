/** `buffer`: where messages wait. Flat, so that every setting has its variable and its `--set`. */
import { z } from 'zod';
import type { BufferConfiguration } from './configuration.ts';
import { object, oneOf, text, wholeNumber } from './fields.ts';

function isRedisUrl(value: string): boolean {
  return /^rediss?:\/\/[^/]/.test(value) && URL.canParse(value) && new URL(value).hostname !== '';
}

/** The addresses in `buffer.url`: an address has no space, whatever its password. */
export function addressesOf(url: string): readonly string[] {
  return url.split(' ').filter((address) => address !== '');
}

function areRedisUrls(value: string): boolean {
  const addresses = addressesOf(value);
  return addresses.length > 0 && addresses.every(isRedisUrl);
}

export const bufferDefinition: z.ZodType<BufferConfiguration> = z
  .strictObject(
    {
      kind: oneOf(['memory', 'lmdb', 'redis'], {
        description:
          'Where messages wait: "lmdb" keeps them in a file, synced to the disk before a publish is accepted; "redis" keeps them in Redis or Valkey, which any number of hubs share; "memory" ends with the process.',
      }).default('lmdb'),
      path: text({
        rule: 'must be the path of a file, for example "/var/lib/pollux/buffer.mdb"',
        accepts: (value) => value !== '' && !value.includes('\0') && !value.endsWith('/'),
        description: 'The file of kind "lmdb", made where it is not there; its folder must be there.',
      }).default('pollux-buffer.mdb'),
      url: text({
        rule: 'must be the address of a Redis, for example "redis://127.0.0.1:6379", or "rediss://user:password@redis.example:6380" for TLS',
        accepts: areRedisUrls,
        description:
          'The server of kind "redis": Redis 7.0 or later, or Valkey. Of a cluster one process or, separated by spaces, several, so that not all depends on that one. It may carry a password.',
      })
        .meta({ writeOnly: true })
        .default('redis://127.0.0.1:6379'),
      prefix: text({
        rule: 'must be a text of 1 to 64 printable characters without spaces and braces, for example "pollux:"',
        accepts: (value) => /^[!-z|~]{1,64}$/.test(value),
        description: 'What all keys of kind "redis" begin with: several portals may share one server.',
      }).default('pollux:'),
      waitReplicas: wholeNumber({
        min: 0,
        max: 5,
        default: 0,
        description: 'Replicas of kind "redis" that must have a message before a publish is accepted.',
      }),
      buckets: wholeNumber({
        min: 1,
        max: 16_384,
        default: 256,
        description:
          'Over how many hash tags a cluster of kind "redis" spreads the addresses, once and for all: another number than it was filled with is refused.',
      }),
    },
    object('{ "kind": "lmdb", "path": "/var/lib/pollux/buffer.mdb" }'),
  )
  .prefault({})
  .describe('The message buffer.');
