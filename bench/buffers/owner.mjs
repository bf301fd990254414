/** A process that has a file and shares it: `owner.mjs PATH SOCKET`, forked. Tells the CPU that it has used when asked. */
import { openLmdbBuffer } from '@pollux/lmdb';
import { shareBuffer } from '@pollux/node/sharing';

const [path = '', socket = ''] = process.argv.slice(2);
const buffer = await openLmdbBuffer({ path });
await shareBuffer(buffer, { path: socket });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.((user + system) / 1000);
});
process.on('disconnect', () => process.exit());
process.send?.('shares');
