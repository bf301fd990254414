/** On Bun: the wire contract's servers over a buffer that is named, or (`visit`) visits with the communication client. */
import { buffersNamed } from '../buffers/open-buffer.ts';
import { serveVisit } from './client-visit.ts';
import { createSuiteHost } from './suite-host.ts';

declare const Bun: {
  readonly argv: readonly string[];
  serve(options: {
    readonly port: number;
    readonly hostname: string;
    readonly idleTimeout: number;
    fetch(request: Request): Promise<Response>;
  }): { readonly port: number };
};

const fetch = Bun.argv.includes('visit') ? serveVisit : createSuiteHost(await buffersNamed(Bun.argv));
// Bun hangs up after 10 silent seconds unless told otherwise: a held poll is silent for longer.
const { port } = Bun.serve({ port: 0, hostname: '127.0.0.1', idleTimeout: 0, fetch });
console.log(`port ${port}`);
