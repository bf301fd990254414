/** `node scripts/turbo.mjs <task…>`: turbo without its telemetry. */
import { endWhenAsked, run } from './lib/run.mjs';

endWhenAsked();
const { code } = await run('turbo', ['run', ...process.argv.slice(2)], { echo: true });
process.exitCode = code;
