/**
 * The wire contract's servers on workerd, in both ways to keep a communication server there: in the isolate's own memory,
 * and in a Durable Object.
 */
import type { OpenBuffer } from '../buffers/open-buffer.ts';
import { createSuiteHost, type Evaluate } from './suite-host.ts';

/** What the configuration binds. */
export interface Environment {
  readonly UNSAFE_EVAL: { readonly eval: Evaluate };
  readonly HOST?: { idFromName(name: string): unknown; get(id: unknown): { fetch(request: Request): Promise<Response> } };
  /** Where a Redis is, for a module that is to use it. */
  readonly REDIS?: string;
}

/** What a module exports: the object's class, and the handler of all requests. */
export interface Worker {
  readonly HostObject: new (state: unknown, environment: Environment) => { fetch(request: Request): Promise<Response> };
  readonly handler: { fetch(request: Request, environment: Environment): Promise<Response> };
}

/** @param buffersOf what the servers keep their messages in; without it, memory */
export function createWorker(buffersOf?: (environment: Environment) => OpenBuffer): Worker {
  let host: ReturnType<typeof createSuiteHost> | undefined;

  function serve(request: Request, environment: Environment): Promise<Response> {
    host ??= createSuiteHost({
      evaluate: (source) => environment.UNSAFE_EVAL.eval(`(${source})`),
      ...(buffersOf && { openBuffer: buffersOf(environment) }),
      // Without an object each request is on its own: one that waits without a timer counts as hung.
      ...(environment.HOST === undefined && { whileHeld: () => undefined }),
    });
    return host(request);
  }

  /** One object holds everything. */
  class HostObject {
    readonly #environment: Environment;

    constructor(_state: unknown, environment: Environment) {
      this.#environment = environment;
    }

    fetch(request: Request): Promise<Response> {
      return serve(request, this.#environment);
    }
  }

  return {
    HostObject,
    handler: {
      fetch(request, environment) {
        const { HOST } = environment;
        return HOST === undefined ? serve(request, environment) : HOST.get(HOST.idFromName('host')).fetch(request);
      },
    },
  };
}
