/** What the examples use of Deno and Bun; in a project of your own, `deno check` and `@types/bun` know all of it. */
declare const Deno: {
  readonly env: { get(name: string): string | undefined };
  serve(options: { readonly hostname: string; readonly port: number }, handler: (request: Request) => Promise<Response>): unknown;
};

declare const Bun: {
  readonly env: Readonly<Record<string, string | undefined>>;
  serve(options: {
    readonly hostname: string;
    readonly port: number;
    readonly idleTimeout: number;
    fetch(request: Request): Promise<Response>;
  }): { readonly url: URL };
};
