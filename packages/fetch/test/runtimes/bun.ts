/** The wire contract's servers on Bun. */
import { createSuiteHost } from './suite-host.ts';

declare const Bun: {
  serve(options: {
    readonly port: number;
    readonly hostname: string;
    readonly idleTimeout: number;
    fetch(request: Request): Promise<Response>;
  }): { readonly port: number };
};

// Bun hangs up after 10 silent seconds unless told otherwise: a held poll is silent for longer.
const { port } = Bun.serve({ port: 0, hostname: '127.0.0.1', idleTimeout: 0, fetch: createSuiteHost() });
console.log(`port ${port}`);
