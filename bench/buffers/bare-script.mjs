/** The least that a Redis could do for a queue: one script that counts and appends, called as the buffer calls its own. */
import { createClient } from '@redis/client';

const text = `
local position = redis.call('INCR', KEYS[1] .. ':n')
redis.call('RPUSH', KEYS[1], position .. ' ' .. ARGV[1])
return position
`;

/** @param {string} url */
export async function openBareScript(url) {
  const client = createClient({ url });
  await client.connect();
  const sha = String(await client.sendCommand(['SCRIPT', 'LOAD', text]));
  let count = 0;
  return {
    /** @param {string} line */
    async append(line) {
      await client.sendCommand(['EVALSHA', sha, '1', `{queue}:${count++ % 1000}`, line]);
    },
    close: () => client.close(),
  };
}
