import { readFileSync } from 'node:fs';
import { applicationPattern, type Problem, type PublishAnswer } from '@pollux/core';
import { hostInUrl } from '../configuration/text-rules.ts';
import {
  type Command,
  CommandError,
  type CommandIo,
  type CommandLine,
  counted,
  exitCodes,
  parseCommandLine,
  UsageError,
} from './command.ts';
import { notificationOf, notificationOptions } from './notification.ts';
import { loadFrom } from './settings.ts';

const options = {
  ...notificationOptions,
  url: { type: 'string' },
  'key-file': { type: 'string' },
  config: { type: 'string', short: 'c' },
} as const;

const usualUrl = 'http://127.0.0.1:4100/pollux';
const patienceMs = 30_000;

function urlOf(line: CommandLine, io: CommandIo): string {
  const { POLLUX_URL: fromEnvironment } = io.environment;
  let url = line.text('url') ?? (fromEnvironment || undefined);
  if (url === undefined && line.text('config') !== undefined) {
    const { listen, basePath } = loadFrom(line, io).configuration;
    url = `http://${hostInUrl(listen.host)}:${listen.port}${basePath}`;
  }
  url ??= usualUrl;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UsageError(`${JSON.stringify(url)} is no address of a hub; it should look like ${usualUrl}`);
  }
  return url.replace(/\/$/, '');
}

function keyOf(line: CommandLine, io: CommandIo): string {
  const file = line.text('key-file');
  if (file !== undefined) {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch (error) {
      throw new CommandError(`Cannot read the key file ${file}: ${(error as NodeJS.ErrnoException).code}`);
    }
  }
  const { POLLUX_KEY: key } = io.environment;
  if (key) return key;
  throw new CommandError(
    'No publisher key. Set POLLUX_KEY, or name a file with --key-file. A configuration holds fingerprints of keys only; ' +
      '"pollux-hub key" makes a new key, whose fingerprint goes into applications.NAME.publisherKeys.',
  );
}

async function post(url: string, key: string, notification: string): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: notification,
      // A redirection would carry the key elsewhere.
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    });
  } catch (error) {
    const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
    const why = name === 'TimeoutError' ? `no answer within ${patienceMs / 1000} s` : (cause?.code ?? cause?.message ?? message);
    throw new CommandError(
      `Cannot reach ${url}: ${why}. Is the hub running there? Another address can be given by --url or POLLUX_URL.`,
    );
  }
}

function problemText(problem: Problem): string {
  const sentences = [problem.title, problem.detail, problem.field && `Field: ${problem.field}`];
  return sentences.flatMap((each) => (each ? [each.replace(/\.$/, '')] : [])).join('. ');
}

function report(answer: PublishAnswer, io: CommandIo): number {
  const waiting = answer.accepted.reduce((sum, each) => sum + each.waiting, 0);
  const accepted = counted(answer.accepted.length, 'message');
  io.err(`Accepted (${answer.grade}): ${accepted}; ${counted(waiting, 'held poll')} woken.`);
  for (const { recipient, problem } of answer.refused ?? []) {
    io.err(`Refused${recipient === undefined ? '' : ` for ${JSON.stringify(recipient)}`}: ${problemText(problem)}`);
  }
  return answer.refused === undefined ? exitCodes.success : exitCodes.failure;
}

/** `pollux-hub publish` */
export const publishCommand: Command = {
  name: 'publish',
  summary: 'sends one notification to a running hub',
  help: `pollux-hub publish APPLICATION (--to NAME | --group NAME | --everyone) --type TYPE (--data JSON | --fetch HREF)

  pollux-hub publish orders --to alice --type order.changed --data '{"id":7}'
  pollux-hub publish orders --group sales --type order.changed --fetch /api/orders/7

Prints the hub's answer as JSON; a summary goes to standard error.

  --to NAME             a recipient (may be repeated)
  --group NAME          all of a group
  --everyone            everyone
  --type TYPE           what happened
  --data JSON           the payload; - reads it from standard input
  --fetch HREF          what the client shall fetch instead; with --version TEXT and --spread SECONDS
  --ttl SECONDS         how long it may wait
  --urgency URGENCY     very-low, low, normal or high
  --topic TOPIC         replaces a waiting message of the same topic
  --key-id TEXT         idempotency key: sending it twice stores it once
  --url URL             the hub (else POLLUX_URL, else that of --config, else ${usualUrl})
  --key-file FILE       the publisher key (else POLLUX_KEY)
  -c, --config FILE     takes the hub's address from its configuration`,
  async run(args, io) {
    const line = parseCommandLine(args, options, 1);
    const [application] = line.positionals;
    if (application === undefined) throw new UsageError('Which application publishes? For example: pollux-hub publish orders …');
    if (!applicationPattern.test(application))
      throw new UsageError(`${JSON.stringify(application)} is not a possible application name`);
    const notification = await notificationOf(line, io);
    const key = keyOf(line, io);
    const response = await post(`${urlOf(line, io)}/applications/${application}/notifications`, key, notification);
    const text = await response.text();
    if (response.status === 202) {
      io.out(text);
      return report(JSON.parse(text) as PublishAnswer, io);
    }
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
    const why = isProblem
      ? problemText(JSON.parse(text) as Problem)
      : 'The answer is not that of a Pollux hub; check the address';
    throw new CommandError(`Not accepted (${response.status}): ${why}`);
  },
};
