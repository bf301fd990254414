/** Starts real proxies on loopback, with the configuration that Debian gives them or with lines added to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type ProxyKind = 'nginx' | 'haproxy';

/** A proxy that runs. */
export interface RunningProxy extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

interface Plan {
  readonly listen: number;
  readonly upstreams: readonly number[];
  readonly folder: string;
  readonly lines: readonly string[];
}

/** nginx's own defaults: buffering on, HTTP/1.0 without keep-alive to the server, 60 s between two reads. */
function nginxConfiguration({ listen, upstreams, folder, lines }: Plan): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`);
  return `
    daemon off;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    worker_processes 1;
    pid ${folder}/nginx.pid;
    error_log ${folder}/error.log;
    events { worker_connections 512; }
    http {
      access_log off;
      ${temporary.join('\n')}
      proxy_cache_path ${folder}/cache keys_zone=shared:1m;
      upstream back {
        ${upstreams.map((port) => `server 127.0.0.1:${port};`).join(' ')}
      }
      server {
        listen 127.0.0.1:${listen};
        location / {
          proxy_pass http://back;
          proxy_set_header X-Front-Id $request_id;
          ${lines.join('\n')}
        }
      }
    }`;
}

/** The time-outs of Debian's haproxy.cfg. */
function haproxyConfiguration({ listen, upstreams, lines }: Plan): string {
  return `
global
  maxconn 500
defaults
  mode http
  option dontlognull
  timeout connect 5000
  timeout client 50000
  timeout server 50000
frontend front
  bind 127.0.0.1:${listen}
  http-request set-header X-Front-Id %[uuid]
  default_backend back
backend back
  ${lines.join('\n  ')}
  ${upstreams.map((port, index) => `server s${index} 127.0.0.1:${port}`).join('\n  ')}
`;
}

const plans = {
  nginx: {
    write: nginxConfiguration,
    args: (file: string, folder: string) => ['-c', file, '-p', folder, '-e', join(folder, 'error.log')],
  },
  haproxy: { write: haproxyConfiguration, args: (file: string) => ['-db', '-q', '-f', file] },
};

function find(kind: ProxyKind): string {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
  const found = folders.map((folder) => join(folder, kind)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`These tests need ${kind}. npm test installs it, or: apt-get install ${kind}`);
  return found;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

async function untilReady(kind: ProxyKind, child: ChildProcess, port: number, said: () => string): Promise<void> {
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${kind} ended with ${child.exitCode}: ${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Starts a proxy in front of a port, or of several in turns; `lines` go into nginx's location or haproxy's backend. */
export async function startProxy(
  kind: ProxyKind,
  upstream: number | readonly number[],
  lines: readonly string[] = [],
): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), `pollux-${kind}-`));
  mkdirSync(join(folder, 'cache'));
  const listen = await freePort();
  const file = join(folder, 'proxy.conf');
  writeFileSync(file, plans[kind].write({ listen, upstreams: [upstream].flat(), folder, lines }));
  const child = spawn(find(kind), plans[kind].args(file, folder), { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    // nginx's master ends its workers on SIGTERM; a killed one would leave them behind.
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(kind, child, listen, () => said);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${listen}`, port: listen, [Symbol.asyncDispose]: stop };
}
