/** A process that wants a file at a given moment, together with others; says whether it got it, and keeps it. */
import { takeOwnership } from '../../src/owner/ownership.ts';

const [path = '', atMs = '0'] = process.argv.slice(2);
while (Date.now() < Number(atMs));
try {
  await takeOwnership(path);
  process.stdout.write('has\n');
} catch (error) {
  process.stdout.write(`${error instanceof Error && error.message.includes('in use by process') ? 'refused' : error}\n`);
}
// Until its input ends, so that nobody sees it gone.
process.stdin.resume();
