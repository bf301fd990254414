/** Runs the language-neutral vectors of docs/vectors against a peer. */
import type { Limits } from '../../protocol/limits.ts';
import type { Runner } from '../runner.ts';
import { readAnswer, type WireAnswer } from './answer.ts';
import { defaultPeerOptions, type WireContractOptions } from './options.ts';
import type { WirePeer } from './peer.ts';

export interface VectorStep {
  readonly method: string;
  readonly path: string;
  /** `client:NAME` or `publisher:APPLICATION`. */
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
  readonly status: number;
  readonly expect?: unknown;
  readonly absent?: readonly string[];
  readonly responseHeaders?: Readonly<Record<string, string>>;
  readonly keep?: Readonly<Record<string, string>>;
}

export interface VectorFile {
  readonly title: string;
  readonly clause: string;
  readonly scenarios: readonly {
    readonly title: string;
    readonly limits?: Partial<Limits>;
    readonly steps: readonly VectorStep[];
  }[];
}

type Kept = Map<string, string>;

/** Puts kept values into every text of a value. */
function fill<T>(value: T, kept: Kept): T {
  const text = JSON.stringify(value);
  if (text === undefined) return value;
  return JSON.parse(text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => JSON.stringify(kept.get(name) ?? '').slice(1, -1))) as T;
}

/** What a path of member names and array places leads to. */
function lookUp(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((inner, name) => (inner as Readonly<Record<string, unknown>> | undefined)?.[name], value);
}

/** Where a value does not match what is expected; `undefined` where it does. */
function mismatch(actual: unknown, expected: unknown, path: string): string | undefined {
  if (typeof expected === 'string' && expected.startsWith('~')) {
    return typeof actual === 'string' && new RegExp(expected.slice(1)).test(actual)
      ? undefined
      : `${path}: ${JSON.stringify(actual)} does not match ${expected}`;
  }
  if (typeof expected !== 'object' || expected === null) {
    return actual === expected ? undefined : `${path}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`;
  }
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual) !== Array.isArray(expected))
    return `${path}: ${JSON.stringify(actual)}`;
  if (Array.isArray(expected) && (actual as readonly unknown[]).length !== expected.length)
    return `${path}: ${JSON.stringify(actual)} has another length`;
  for (const [name, inner] of Object.entries(expected)) {
    const found = mismatch((actual as Readonly<Record<string, unknown>>)[name], inner, path === '' ? name : `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function credentialOf(peer: WirePeer, as: string | undefined): Readonly<Record<string, string>> {
  if (as === undefined) return {};
  const [kind, name = ''] = as.split(':');
  return kind === 'client' ? peer.authorization(name) : peer.publisher(name);
}

async function sendStep(peer: WirePeer, step: VectorStep): Promise<WireAnswer> {
  const body = step.text ?? (step.body === undefined ? undefined : JSON.stringify(step.body));
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const headers = { ...type, ...credentialOf(peer, step.as), ...step.headers };
  return readAnswer(
    await (peer.fetch ?? fetch)(peer.baseUrl + step.path, { method: step.method, headers, ...(body !== undefined && { body }) }),
  );
}

async function runSteps(peer: WirePeer, steps: readonly VectorStep[], { expect }: Runner): Promise<void> {
  const kept: Kept = new Map();
  for (const [index, written] of steps.entries()) {
    const step = fill(written, kept);
    const answer = await sendStep(peer, step);
    expect([index, answer.status, answer.status === step.status ? '' : answer.text]).toEqual([index, step.status, '']);
    expect(step.expect === undefined ? undefined : mismatch(answer.json, step.expect, '')).toBe(undefined);
    for (const path of step.absent ?? []) expect([path, lookUp(answer.json, path)]).toEqual([path, undefined]);
    for (const [name, value] of Object.entries(step.responseHeaders ?? {}))
      expect(mismatch(answer.headers.get(name), value, name)).toBe(undefined);
    for (const [name, path] of Object.entries(step.keep ?? {})) kept.set(name, String(lookUp(answer.json, path)));
  }
}

/** Describes the vectors for one kind of server. */
export function describeVectors(
  name: string,
  runner: Runner,
  files: readonly VectorFile[],
  options: Pick<WireContractOptions, 'open'>,
): void {
  runner.describe(`wire vectors: ${name}`, () => {
    for (const { title, scenarios } of files) {
      runner.describe(title, () => {
        for (const scenario of scenarios) {
          runner.it(scenario.title, async () => {
            const peer = await options.open(defaultPeerOptions({ limits: scenario.limits ?? {} }));
            try {
              await runSteps(peer, scenario.steps, runner);
            } finally {
              await peer[Symbol.asyncDispose]();
            }
          });
        }
      });
    }
  });
}
