/**
 * What runs inside a runtime under test: communication servers as many as are asked for, each under a base path of its
 * own with a clock of its own, so that one process serves the whole wire contract.
 *
 *   POST /control/open              { applications, limits, origins } -> { basePath, startMs }
 *   POST /control/{name}/{ms}       moves that server's clock on
 *   POST /control/{name}/close      ends it gracefully
 */
import {
  type ApplicationOptions,
  type CommunicationServer,
  createCommunicationServer,
  type MessageBuffer,
} from '@pollux/core/server';
import { createManualClock, createTestCredentials, type ManualClock, type WirePeerOptions } from '@pollux/core/testing';
import { createFetchHandler, type FetchHandler, type FetchHandlerOptions } from '@pollux/fetch';
import type { OpenBuffer } from '../buffers/open-buffer.ts';

/** What `open` answers. */
export interface OpenedServer {
  readonly basePath: string;
  /** What the new server's clock shows. */
  readonly startMs: number;
}

/** Options as they cross: a function as its source. */
export interface SentOptions extends Omit<WirePeerOptions, 'applications'> {
  readonly applications: Readonly<Record<string, Omit<ApplicationOptions, 'validate'> & { readonly validate?: string }>>;
}

interface HostedServer {
  readonly server: CommunicationServer;
  readonly buffer: MessageBuffer | undefined;
  readonly clock: ManualClock;
  readonly handler: FetchHandler;
}

/** Makes a function of its source: a payload check crosses to this process as text. */
export type Evaluate = (source: string) => unknown;

const evaluateHere: Evaluate = (source) => new Function(`return (${source})`)();

export interface SuiteHostOptions extends Pick<FetchHandlerOptions, 'whileHeld'> {
  /** @default the runtime's own */
  readonly evaluate?: Evaluate;
  /** Opens the message buffer of one server. @default in memory */
  readonly openBuffer?: OpenBuffer;
}

/** Makes the function that a runtime serves with. */
export function createSuiteHost(options: SuiteHostOptions = {}): (request: Request) => Promise<Response> {
  const { evaluate = evaluateHere, openBuffer, ...more } = options;
  const hosted = new Map<string, HostedServer>();
  let latest: HostedServer | undefined;
  let count = 0;

  async function open(request: Request): Promise<OpenedServer> {
    const { limits, origins, ...sent } = (await request.json()) as SentOptions;
    const applications = revive(sent.applications, evaluate);
    const startMs = Date.now();
    const clock = createManualClock(startMs);
    const buffer = await openBuffer?.({ limits, clock });
    const server = createCommunicationServer({ applications, limits, clock, ...(buffer && { buffer }) });
    const { authenticate, authorizePublisher } = createTestCredentials(clock.now);
    const name = `s${++count}`;
    const basePath = `/${name}/pollux`;
    const handler = createFetchHandler({ server, basePath, clock, origins, authenticate, authorizePublisher, ...more });
    latest = { server, buffer, clock, handler };
    hosted.set(name, latest);
    return { basePath, startMs };
  }

  async function control(request: Request, name: string, what: string): Promise<unknown> {
    if (name === 'open') return open(request);
    const found = hosted.get(name);
    if (found === undefined) throw new Error(`no server is called ${name}`);
    if (what === 'close') {
      const closed = found.server.close({ drainSeconds: 1 });
      await found.clock.advance(5000);
      await closed;
      await found.buffer?.close();
    } else await found.clock.advance(Number(what));
    return {};
  }

  return async (request) => {
    // Cut by hand: the suite sends targets that no URL parser takes.
    const [, first = '', second = '', third = ''] = pathOf(request.url).split('/');
    if (first === 'control') {
      return control(request, second, third).then(
        (answer) => Response.json(answer),
        // What came in between, such as a store that is not there, is to be read in the test.
        (error: unknown) => new Response(error instanceof Error ? error.stack : String(error), { status: 500 }),
      );
    }
    const handler = hosted.get(first)?.handler ?? latest?.handler;
    return handler === undefined ? new Response(null, { status: 404 }) : handler(request);
  };
}

function revive(sent: SentOptions['applications'], evaluate: Evaluate): WirePeerOptions['applications'] {
  const revived = Object.entries(sent).map(([name, { validate, ...plain }]) => {
    const check = validate === undefined ? {} : { validate: evaluate(validate) as NonNullable<ApplicationOptions['validate']> };
    return [name, { ...plain, ...check }] as const;
  });
  return Object.fromEntries(revived);
}

function pathOf(url: string): string {
  return /^[a-z]+:\/\/[^/]*([^?#]*)/.exec(url)?.[1] ?? url;
}
