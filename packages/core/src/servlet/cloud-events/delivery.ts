/** For whom an event is and how it is delivered: by extension attributes of its own, or by the query of the URL. */
import { addressingPrefix, type EventDelivery } from '../../protocol/cloud-event.ts';
import { nameBytes } from '../../protocol/limits.ts';
import { type Problem, problem } from '../../protocol/problem.ts';
import { isProblem } from '../../protocol/requests.ts';
import { isName } from '../../protocol/text.ts';
import { type Audience, type Urgency, urgencies } from '../../protocol/types.ts';
import { readQuery } from '../query.ts';

/** Delivery terms; what is left out was not said. */
export interface Terms {
  readonly to?: Audience;
  readonly ttl?: number;
  readonly urgency?: Urgency;
  readonly topic?: string;
}

/** What the URL says, for every event that does not say otherwise. */
export interface Defaults extends Terms {
  readonly deliver: EventDelivery;
}

/** Where terms are said. */
interface Source {
  /** The text under a name such as `ttl`, if there is one. */
  get(name: string): string | undefined;
  /** What the name is called in a problem. */
  fieldOf(name: string): string;
}

const nameRule = `a text of 1 to ${nameBytes} bytes without control characters`;

function invalid(field: string, rule: string): Problem {
  return problem('invalid-field', { field, detail: `${field} must be ${rule}.` });
}

/** Reads what the query of a URL says. */
export function readDefaults(target: string): Defaults | Problem {
  const query = readQuery(target);
  const names = ['recipient', 'group', 'everyone', 'ttl', 'urgency', 'topic', 'deliver'];
  const repeated = names.find((name) => (query.get(name)?.length ?? 0) > 1);
  if (repeated !== undefined) return invalid(repeated, 'given once');
  const get = (name: string): string | undefined => query.get(name)?.[0];
  const deliver = get('deliver') ?? 'data';
  if (deliver !== 'data' && deliver !== 'event') return invalid('deliver', "'data' or 'event'");
  const terms = readTerms({ get, fieldOf: (name) => name });
  return isProblem(terms) ? terms : { ...terms, deliver };
}

/** Reads what an event says of itself; `fieldOf` gives an attribute's place in the request. */
export function readOwnTerms(event: Readonly<Record<string, unknown>>, fieldOf: (attribute: string) => string): Terms | Problem {
  return readTerms({
    get: (name) => {
      const attribute = addressingPrefix + name;
      // The canonical text of a number or boolean is what a header would hold.
      return Object.hasOwn(event, attribute) ? String(event[attribute]) : undefined;
    },
    fieldOf: (name) => fieldOf(addressingPrefix + name),
  });
}

function readTerms({ get, fieldOf }: Source): Terms | Problem {
  const to = readAudience({ get, fieldOf });
  if (to !== undefined && isProblem(to)) return to;
  const terms: { -readonly [Name in keyof Terms]: Terms[Name] } = to === undefined ? {} : { to };
  const ttl = get('ttl');
  if (ttl !== undefined) {
    terms.ttl = Number(ttl);
    if (!(/^\d+$/.test(ttl) && terms.ttl > 0 && Number.isSafeInteger(terms.ttl)))
      return invalid(fieldOf('ttl'), 'a whole number of seconds, 1 or more');
  }
  const urgency = get('urgency');
  if (urgency !== undefined) {
    if (!urgencies.includes(urgency as Urgency)) return invalid(fieldOf('urgency'), `one of ${urgencies.join(', ')}`);
    terms.urgency = urgency as Urgency;
  }
  const topic = get('topic');
  if (topic === undefined) return terms;
  if (!isName(topic, nameBytes)) return invalid(fieldOf('topic'), nameRule);
  terms.topic = topic;
  return terms;
}

function readAudience({ get, fieldOf }: Source): Audience | Problem | undefined {
  const given = (['recipient', 'group', 'everyone'] as const).filter((name) => get(name) !== undefined);
  const [kind] = given;
  if (kind === undefined) return undefined;
  const field = fieldOf(kind);
  if (given.length > 1) return invalid(field, `the only one of ${given.map(fieldOf).join(', ')}`);
  const value = get(kind) ?? '';
  if (kind === 'everyone') return value === 'true' ? { everyone: true } : invalid(field, 'true');
  if (!isName(value, nameBytes)) return invalid(field, nameRule);
  return kind === 'group' ? { group: value } : { recipients: [value] };
}
