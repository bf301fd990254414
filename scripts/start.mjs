/** `npm start`: everything that the demonstration needs, from a fresh clone to the running page. */
import './lib/node-version.mjs';
import { createCrew } from './demonstration/crew.mjs';
import { guide } from './demonstration/guide.mjs';
import { applications, ensureHubFile, handmade } from './demonstration/hub-configuration.mjs';
import { addresses, processes } from './demonstration/processes.mjs';
import { ensureSecrets } from './demonstration/secrets.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { askedToEnd } from './lib/children.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { portsFrom, requireFree } from './lib/ports.mjs';
import { fail, red, say } from './lib/say.mjs';

const verbose = process.argv.includes('--verbose');

/** All that must be in place before the first process starts. */
async function prepare() {
  const ports = portsFrom(process.env);
  const own = handmade();
  if (own !== undefined) {
    say('.pollux/hub.json was written by hand and is used as it is; delete it to have it made anew.');
    ports.hub = own.listen?.port ?? ports.hub;
    ports.admin = own.admin?.port ?? ports.admin;
  }
  await requireFree(ports);
  await ensureInstalled();
  await ensureBuilt();
  const { secrets, made } = ensureSecrets(Object.keys(applications));
  if (made) say('Made keys and secrets of this clone in .pollux (not for git).');
  if (await ensureHubFile(secrets, ports)) say("Wrote the hub's configuration to .pollux/hub.json.");
  return { ports, secrets, own };
}

/** Runs until somebody asks for the end, or something goes wrong. @returns {Promise<string | undefined>} what went wrong */
function runDemonstration(crew, ending, { ports, secrets, own }) {
  const at = addresses(ports, own?.basePath ?? '/pollux');
  const ready = crew
    .start(processes(at, ports, secrets))
    .then(() => say(guide(at, own === undefined ? secrets.consolePassword : undefined)));
  return Promise.race([
    ending,
    crew.died,
    // Being ready ends nothing; not becoming ready does.
    new Promise((resolve) => ready.catch((error) => resolve(error.message))),
  ]);
}

try {
  const ending = askedToEnd().then(() => undefined);
  const prepared = await Promise.race([prepare(), ending]);
  if (prepared === undefined) process.exit(0);
  const crew = createCrew({ verbose });
  const trouble = await runDemonstration(crew, ending, prepared);
  say(trouble === undefined ? 'Ending …' : `${red('✗')} ${trouble}\nEnding the others …`);
  const killed = await crew.stop();
  if (killed.length > 0) say(`Had to be killed: ${killed.join(', ')}`);
  say('All ended.');
  process.exit(trouble === undefined ? 0 : 1);
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
