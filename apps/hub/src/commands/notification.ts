/** Makes a notification of the options of `pollux-hub publish`. */
import { type Audience, type Notification, urgencies } from '@pollux/core';
import { findJsonFault } from '../configuration/json-text.ts';
import { type CommandIo, type CommandLine, UsageError, wholeNumberOf } from './command.ts';

/** The options that describe a notification. */
export const notificationOptions = {
  to: { type: 'string', multiple: true },
  group: { type: 'string' },
  everyone: { type: 'boolean' },
  type: { type: 'string' },
  data: { type: 'string' },
  fetch: { type: 'string' },
  version: { type: 'string' },
  spread: { type: 'string' },
  ttl: { type: 'string' },
  urgency: { type: 'string' },
  topic: { type: 'string' },
  'key-id': { type: 'string' },
} as const;

function audienceOf(line: CommandLine): Audience {
  const recipients = line.texts('to');
  const group = line.text('group');
  const named: Audience[] = [
    ...(recipients.length > 0 ? [{ recipients }] : []),
    ...(group === undefined ? [] : [{ group }]),
    ...(line.flag('everyone') ? [{ everyone: true } as const] : []),
  ];
  const [audience, another] = named;
  if (audience === undefined) throw new UsageError('For whom? Give --to NAME (may be repeated), --group NAME or --everyone');
  if (another !== undefined) throw new UsageError('Only one of --to, --group and --everyone can be given');
  return audience;
}

/** The payload as it was written: read and written anew, a number beyond 2^53 would be another one. */
function dataOf(text: string): string {
  const fault = findJsonFault(text);
  if (fault === undefined) return text.trim();
  throw new UsageError(
    `--data is not JSON: column ${fault.column}: ${fault.reason}; a text needs its own quotes: --data '"hello"'`,
  );
}

interface Content extends Pick<Notification, 'kind' | 'fetch'> {
  /** As JSON text. */
  readonly data?: string;
}

async function contentOf(line: CommandLine, io: CommandIo): Promise<Content> {
  const data = line.text('data');
  const href = line.text('fetch');
  if ((data === undefined) === (href === undefined)) {
    throw new UsageError('Give either --data JSON (- reads it from standard input) or --fetch HREF');
  }
  if (href === undefined) {
    if (line.text('version') ?? line.text('spread')) throw new UsageError('--version and --spread go with --fetch only');
    return { kind: 'direct', data: dataOf(data === '-' ? await io.readInput() : (data ?? '')) };
  }
  const version = line.text('version');
  const spread = wholeNumberOf(line, 'spread', 0, 60);
  return { kind: 'fetch', fetch: { href, ...(version !== undefined && { version }), ...(spread !== undefined && { spread }) } };
}

/** The notification that a command line describes, as JSON text; throws `UsageError`. */
export async function notificationOf(line: CommandLine, io: CommandIo): Promise<string> {
  const to = audienceOf(line);
  const type = line.text('type');
  if (!type) throw new UsageError('--type is missing: what happened? For example --type order.changed');
  const urgency = urgencies.find((each) => each === line.text('urgency'));
  if (urgency === undefined && line.text('urgency') !== undefined) {
    throw new UsageError(`--urgency must be one of ${urgencies.join(', ')}`);
  }
  const [topic, key, ttl] = [line.text('topic'), line.text('key-id'), wholeNumberOf(line, 'ttl', 1, 31_536_000)];
  const { data, ...content } = await contentOf(line, io);
  const rest: Omit<Notification, 'data'> = {
    to,
    type,
    ...content,
    ...(ttl !== undefined && { ttl }),
    ...(urgency !== undefined && { urgency }),
    ...(topic !== undefined && { topic }),
    ...(key !== undefined && { key }),
  };
  const text = JSON.stringify(rest);
  return data === undefined ? text : `${text.slice(0, -1)},"data":${data}}`;
}
