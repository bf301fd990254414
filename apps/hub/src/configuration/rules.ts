/**
 * Rules between settings. A rule is left out while one of the settings it reads is wrong by itself, so that one message
 * can hold all faults and none that follows from another.
 */
import type { Fault } from './faults.ts';
import { identityRules } from './identity-rules.ts';
import { outlineAt, type Path, pathText, valueAt } from './outline.ts';
import { isLoopback } from './text-rules.ts';

/** One rule, with the settings that it reads. */
export interface Rule {
  readonly reads: readonly Path[];
  /** The setting to blame and what is wrong, given the values in the order of `reads`. */
  readonly find: (values: readonly unknown[], memory: number) => Fault | undefined;
}

const host: Path = ['listen', 'host'];
const adminHost: Path = ['admin', 'host'];

/** The first of each pair may not exceed the second. */
const ordered: readonly (readonly [string, string, string])[] = [
  ['messageBytes', 'publishBytes', 'or a message of the size allowed could not be published'],
  ['messageBytes', 'responseBytes', 'or a message of the size allowed would not fit into an answer'],
  ['messageBytes', 'queueBytes', 'or a message of the size allowed would fit into no queue'],
  ['queueBytes', 'addressBytes', 'since an address holds the queues of its applications'],
  ['addressBytes', 'bufferBytes', 'since the server holds all addresses'],
  ['heldPollsPerRecipient', 'heldPolls', 'since the server holds the polls of all recipients'],
  ['sessionsPerRecipient', 'sessions', 'since the server holds the sessions of all recipients'],
  ['ttlSeconds', 'ttlMaxSeconds', 'or the default time to live could not be granted'],
  ['holdSeconds', 'sessionSeconds', 'or a session would be forgotten while its poll is held'],
];

function isDefault(raw: unknown, path: Path): string {
  return valueAt(raw, path) === undefined ? ', the default' : '';
}

function orderRules(raw: unknown): Rule[] {
  return ordered.map(([small, large, why]) => ({
    reads: [
      ['limits', small],
      ['limits', large],
    ],
    find: ([a, b]) => {
      if (typeof a !== 'number' || typeof b !== 'number' || a <= b) return undefined;
      const [own, other] = [isDefault(raw, ['limits', small]), isDefault(raw, ['limits', large])];
      return {
        path: ['limits', small],
        text: `${a}${own} must be at most limits.${large} (${b}${other}), ${why}; lower this or raise that`,
      };
    },
  }));
}

const spreadRule: Rule = {
  reads: [
    ['limits', 'holdSpreadSeconds'],
    ['limits', 'holdSeconds'],
  ],
  find: ([spread, hold]) =>
    Number(spread) >= Number(hold)
      ? {
          path: ['limits', 'holdSpreadSeconds'],
          text: `${spread} must be less than limits.holdSeconds (${hold}), or some polls would not be held at all; lower this or raise that`,
        }
      : undefined,
};

const memoryRule: Rule = {
  reads: [
    ['limits', 'bufferBytes'],
    ['buffer', 'kind'],
  ],
  find: ([bytes, kind], memory) =>
    typeof bytes === 'number' && kind !== 'redis' && bytes > memory
      ? {
          path: ['limits', 'bufferBytes'],
          text: `${bytes} is more than the ${memory} bytes that this process may use; lower it, or give the process more (NODE_OPTIONS=--max-old-space-size=<MiB>)`,
        }
      : undefined,
};

const signInRule: Rule = {
  reads: [['identity', 'developmentSignIn'], host],
  find: ([on, at]) =>
    on === true && !isLoopback(String(at))
      ? {
          path: ['identity', 'developmentSignIn'],
          text: `true is refused while listen.host is "${at}": anybody who reaches that address could be anybody; set listen.host to "127.0.0.1", or this to false`,
        }
      : undefined,
};

const remoteRule: Rule = {
  reads: [['admin'], adminHost, ['admin', 'allowRemote']],
  find: ([admin, at, allowed]) =>
    admin !== undefined && allowed !== true && !isLoopback(String(at))
      ? {
          path: adminHost,
          text: `"${at}" can be reached from other machines; set it to "127.0.0.1", or set admin.allowRemote to true and put TLS in front of it`,
        }
      : undefined,
};

const portRule: Rule = {
  reads: [['admin'], ['admin', 'port'], ['listen', 'port'], adminHost, host, ['workers']],
  find: ([admin, own, other, at, hostOther, workers]) => {
    if (admin === undefined || own === 0) return undefined;
    const path = ['admin', 'port'];
    const last = Number(own) + Number(workers) - 1;
    if (last > 65_535)
      return { path, text: `${own} leaves no ports for the consoles of ${workers} workers, which end at ${last}; lower it` };
    if (at !== hostOther || Number(other) < Number(own) || Number(other) > last) return undefined;
    const text =
      own === other
        ? `${own} is also listen.port; give the two listeners different ports, for example 4100 and 4101`
        : `${own} to ${last} are for the consoles of ${workers} workers, and ${other} is listen.port; raise this or lower that`;
    return { path, text };
  },
};

const namesRule: Rule = {
  reads: [['admin', 'credentials']],
  find: ([credentials]) => {
    if (!Array.isArray(credentials)) return undefined;
    const names = credentials.map((each: { name?: unknown }) => each.name);
    const i = names.findIndex((name, at) => names.indexOf(name) !== at);
    return i < 0
      ? undefined
      : {
          path: ['admin', 'credentials', i, 'name'],
          text: `${JSON.stringify(names[i])} occurs twice; give every person a name of their own`,
        };
  },
};

function isTouched(path: Path, faults: readonly Fault[]): boolean {
  const text = pathText(path);
  // A missing or wrong part of a section leaves rules about its other parts usable.
  return faults.some(({ path: wrong }) => {
    const other = pathText(wrong);
    return text === other || text.startsWith(`${other}.`) || (text.endsWith('credentials') && other.startsWith(text));
  });
}

/** Every rule that is broken. */
export function findConflicts(raw: unknown, faults: readonly Fault[], memory: number): Fault[] {
  if (faults.some(({ path }) => path.length === 0)) return [];
  const rules = [...identityRules, signInRule, remoteRule, portRule, namesRule, spreadRule, memoryRule, ...orderRules(raw)];
  return rules.flatMap((rule) => {
    if (rule.reads.some((path) => isTouched(path, faults))) return [];
    const values = rule.reads.map((path) => valueAt(raw, path) ?? outlineAt(path)?.default);
    return rule.find(values, memory) ?? [];
  });
}
