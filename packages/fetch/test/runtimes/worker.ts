/**
 * The wire contract's servers on workerd, in both ways to keep a communication server there: in the isolate's own memory,
 * and in a Durable Object.
 */
import { createSuiteHost, type Evaluate } from './suite-host.ts';

interface Environment {
  readonly UNSAFE_EVAL: { readonly eval: Evaluate };
  readonly HOST?: { idFromName(name: string): unknown; get(id: unknown): { fetch(request: Request): Promise<Response> } };
}

let host: ReturnType<typeof createSuiteHost> | undefined;

function serve(request: Request, environment: Environment): Promise<Response> {
  const evaluate: Evaluate = (source) => environment.UNSAFE_EVAL.eval(`(${source})`);
  // Without an object each request is on its own: one that waits without a timer counts as hung.
  host ??= createSuiteHost(environment.HOST === undefined ? { evaluate, whileHeld: () => undefined } : { evaluate });
  return host(request);
}

/** One object holds everything. */
export class HostObject {
  readonly #environment: Environment;

  constructor(_state: unknown, environment: Environment) {
    this.#environment = environment;
  }

  fetch(request: Request): Promise<Response> {
    return serve(request, this.#environment);
  }
}

// biome-ignore lint/style/noDefaultExport: workerd takes a module's default export
export default {
  fetch(request: Request, environment: Environment): Promise<Response> {
    const { HOST } = environment;
    return HOST === undefined ? serve(request, environment) : HOST.get(HOST.idFromName('host')).fetch(request);
  },
};
