/**
 * What a newcomer does, with nothing but Node and npm: clones what is committed, starts it with the one command, looks
 * at the addresses and types the commands that it printed, pastes the README's example, ends it with Ctrl-C, and builds
 * what the container file says.
 */
import './lib/node-version.mjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWhenAsked } from './lib/run.mjs';
import { duration, fail, green, red, say } from './lib/say.mjs';
import { freshCopy } from './newcomer/clone.mjs';
import { receiveAndPublish } from './newcomer/commands.mjs';
import { buildAndRun } from './newcomer/container.mjs';
import { runReadmeExample } from './newcomer/example.mjs';
import { freePorts, livingIn, npmStart } from './newcomer/session.mjs';

/** A second start may take this long, in milliseconds; it takes a few seconds where nothing else runs. */
const secondStartMs = 15_000;

const steps = { passed: 0, all: 0 };

/** One thing that a newcomer does. @param {string} what @param {() => Promise<unknown>} act */
async function step(what, act) {
  steps.all += 1;
  const begun = performance.now();
  try {
    await act();
    steps.passed += 1;
    say(`${green('✓')} ${what} (${duration(performance.now() - begun)})`);
  } catch (error) {
    say(`${red('✗')} ${what}\n${error instanceof Error ? error.message : error}`);
  }
}

/** @param {boolean} holds @param {string} otherwise */
function demand(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

/** The address after a word of what was printed. */
const printedAddress = (printed, word) => new RegExp(`${word}\\s+(http://\\S+)`).exec(printed)?.[1] ?? '';

async function showsPage(address) {
  const response = await fetch(address);
  const text = await response.text();
  demand(response.ok && /<!doctype html/i.test(text), `${address} answered ${response.status}: ${text.slice(0, 200)}`);
}

async function endsWithCtrlC(session, folder) {
  const code = await session.interrupt();
  demand(code === 0, `npm start ${typeof code === 'number' ? `ended with ${code}` : code}:\n${session.output()}`);
  const left = livingIn(folder);
  demand(left.length === 0, `Still alive: ${left.join(', ')}`);
}

async function namesTakenPorts(folder, env) {
  const other = npmStart(folder, env);
  const code = await other.ended;
  const named = Object.keys(env).filter((variable) => other.output().includes(`${variable}=`));
  demand(code === 1 && named.length === Object.keys(env).length, `It ended with ${code}:\n${other.output()}`);
}

endWhenAsked();
const folder = await freshCopy().catch((error) => fail(error.message));
process.on('exit', () => {
  for (const one of [folder, imageFolder]) {
    for (const pid of livingIn(one)) process.kill(Number(pid), 'SIGKILL');
    rmSync(one, { recursive: true, force: true, maxRetries: 5 });
  }
});
const imageFolder = mkdtempSync(join(tmpdir(), 'pollux-image-'));
const env = await freePorts();
const first = npmStart(folder, env);
await step('npm start, from a clean clone to running', () => first.untilRunning());
if (steps.passed === 1) {
  await step('the portal shows its page', () => showsPage(printedAddress(first.output(), 'Portal')));
  await step('the console shows its page', () => showsPage(printedAddress(first.output(), 'Console')));
  await step('the printed commands receive and publish', () => receiveAndPublish(folder, first.output()));
  await step("the README's example runs as pasted", () => runReadmeExample(folder));
  await step('a second npm start names the taken ports and their settings', () => namesTakenPorts(folder, env));
  await step('Ctrl-C ends all of it with 0', () => endsWithCtrlC(first, folder));
  const second = npmStart(folder, env);
  await step('the second start is fast', async () => {
    const ms = await second.untilRunning();
    demand(ms < secondStartMs, `It took ${duration(ms)}.`);
  });
  await step('and ends as well', () => endsWithCtrlC(second, folder));
  // Last, for the clone is used up by it.
  await step("the container file's steps give a hub that keeps what it accepts", () => buildAndRun(folder, imageFolder));
}
say(`newcomer: ${steps.passed} of ${steps.all}`);
process.exitCode = steps.passed === steps.all ? 0 : 1;
