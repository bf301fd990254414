/** The wire contract's servers on Deno. */
import { createSuiteHost } from './suite-host.ts';

declare const Deno: {
  serve(
    options: { readonly port: number; readonly hostname: string; onListen(address: { readonly port: number }): void },
    handler: (request: Request) => Promise<Response>,
  ): unknown;
};

Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ({ port }) => console.log(`port ${port}`) }, createSuiteHost());
