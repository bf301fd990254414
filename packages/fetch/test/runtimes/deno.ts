/** On Deno: the wire contract's servers over a buffer that is named, or (`visit`) visits with the communication client. */
import { buffersNamed } from '../buffers/open-buffer.ts';
import { serveVisit } from './client-visit.ts';
import { createSuiteHost } from './suite-host.ts';

declare const Deno: {
  readonly args: readonly string[];
  serve(
    options: { readonly port: number; readonly hostname: string; onListen(address: { readonly port: number }): void },
    handler: (request: Request) => Promise<Response>,
  ): unknown;
};

const handle = Deno.args.includes('visit') ? serveVisit : createSuiteHost(await buffersNamed(Deno.args));
Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ({ port }) => console.log(`port ${port}`) }, handle);
