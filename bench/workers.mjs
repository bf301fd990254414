/**
 * What the processes of one hub do for each delivered message: `npm run bench:workers [SECONDS]`. One publisher sends to
 * clients that hold polls, over HTTP; the CPU of each process is read from the system, so Linux alone. Speed is told, but the
 * clients need a core of their own.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { signTokens } from '@pollux/auth';
import { describeMachine } from './harness/machine.mjs';
import { Connection } from './load/connection.mjs';
import { post } from './load/request.mjs';

const seconds = Number(process.argv[2] ?? 8);
if (!(seconds > 0)) throw new Error('the number of seconds is a number above 0');
const clients = 100;
const publishers = 32;
const hub = fileURLToPath(new URL('../apps/hub/dist/cli.js', import.meta.url));
/** Ticks of a second, in which Linux counts the CPU of a process. */
const ticks = 100;

const key = randomBytes(24).toString('base64url');
const secret = randomBytes(32).toString('base64url');
const sign = signTokens({ secret });
const directory = mkdtempSync(join(tmpdir(), 'pollux-workers-'));
let hubs = 0;

function cpuMs(/** @type {number} */ pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticks;
}

async function startHub(/** @type {string} */ kind, /** @type {number} */ workers) {
  const file = join(directory, `${hubs++}.json`);
  const configuration = {
    listen: { port: 0 },
    workers,
    applications: { orders: { publisherKeys: [`sha256:${createHash('sha256').update(key).digest('hex')}`] } },
    identity: { tokens: { secret } },
    buffer: { kind, path: join(directory, `${hubs}.mdb`) },
    shutdown: { drainSeconds: 0 },
  };
  writeFileSync(file, JSON.stringify(configuration), { mode: 0o600 });
  const child = spawn(process.execPath, [hub, 'serve', '--config', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, url } = JSON.parse(line);
    if (msg === 'serving') return { child, url: String(url) };
  }
  throw new Error('the hub did not start');
}

/** @param {string} kind @param {number} workers */
async function measure(kind, workers) {
  const { child, url } = await startHub(kind, workers);
  const pid = Number(child.pid);
  const own = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number);
  let delivered = 0;
  let isOver = false;
  /** @type {Connection[]} */
  const connections = [];

  const port = Number(new URL(url).port);

  /** @returns {(path: string, credential: string, body: object) => Promise<{ status: number, text: string }>} */
  function connection() {
    const open = new Connection(port, (why) => {
      throw new Error(why);
    });
    connections.push(open);
    return (path, credential, body) => {
      const extra = `Authorization: Bearer ${credential}\r\n`;
      const request = post({ port, path: `/pollux${path}`, body: JSON.stringify(body), extra });
      return new Promise((done) => open.send(request, (status, answer) => done({ status, text: answer.toString() })));
    };
  }

  async function poll(/** @type {number} */ n) {
    const { token } = await sign({ recipient: `user-${n}`, applications: ['orders'], ttl: 600 });
    const ask = connection();
    let session;
    let cursor = null;
    for (let seq = 0; !isOver; seq++) {
      const { status, text } = await ask('/poll', token, { session, seq, wait: 2, applications: { orders: { cursor } } });
      if (status === 204) continue;
      const answer = JSON.parse(text);
      session = answer.session ?? session;
      cursor = answer.applications?.orders?.cursor ?? cursor;
      delivered += answer.applications?.orders?.messages?.length ?? 0;
    }
  }

  async function publish(/** @type {number} */ lane) {
    const ask = connection();
    for (let n = lane; !isOver; n += publishers) {
      const to = { recipients: [`user-${n % clients}`] };
      const data = { n, text: 'x'.repeat(150) };
      const { status } = await ask('/applications/orders/notifications', key, {
        to,
        kind: 'direct',
        type: 'order.changed',
        data,
      });
      if (status !== 202) throw new Error(`a message was not accepted: ${status}`);
    }
  }

  const running = [...Array(clients).keys()].map(poll).concat([...Array(publishers).keys()].map(publish));
  await new Promise((done) => setTimeout(done, 2000));
  const from = { delivered, owner: cpuMs(pid), workers: own.map(cpuMs) };
  await new Promise((done) => setTimeout(done, seconds * 1000));
  const count = delivered - from.delivered;
  const ownerMs = cpuMs(pid) - from.owner;
  const workersMs = own.map((each, index) => cpuMs(each) - (from.workers[index] ?? 0)).reduce((a, b) => a + b, 0);
  isOver = true;
  await Promise.all(running);
  for (const each of connections) each.close();
  child.kill('SIGTERM');
  await once(child, 'exit');
  return { perSecond: count / seconds, owner: (ownerMs * 1000) / count, workers: (workersMs * 1000) / count };
}

const { cores, cpu, memoryGiB, system, node } = describeMachine();
process.stdout.write(`${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node.js ${node}, ${seconds} s each\n\n`);
process.stdout.write(
  '| buffer | workers | messages/s | CPU of the started process, µs for each | of the workers, µs for each |\n',
);
process.stdout.write('| --- | ---: | ---: | ---: | ---: |\n');
try {
  for (const kind of ['memory', 'lmdb']) {
    for (const workers of [1, 2, 3]) {
      const { perSecond, owner, workers: others } = await measure(kind, workers);
      const last = workers === 1 ? '' : others.toFixed(0);
      process.stdout.write(`| ${kind} | ${workers} | ${perSecond.toFixed(0)} | ${owner.toFixed(0)} | ${last} |\n`);
    }
  }
} finally {
  rmSync(directory, { recursive: true });
}
