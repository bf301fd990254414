/** Signs in at a running hub's console listener, for commands that work on what only that process holds. */
import { readFileSync } from 'node:fs';
import { CommandError, type CommandIo, type CommandLine, UsageError } from './command.ts';

/** For `parseCommandLine`. */
export const consoleOptions = {
  hub: { type: 'string' },
  user: { type: 'string' },
  'password-file': { type: 'string' },
} as const;

/** For a command's help. */
export const consoleHelp = `      --hub URL         the console of a running hub, for example http://127.0.0.1:4101
      --user NAME       who signs in there, with the role admin (else "admin")
      --password-file FILE  the password (else POLLUX_CONSOLE_PASSWORD)`;

/** Signed in: sends a body below the console's address. */
export type ConsoleConnection = (path: string, body?: AsyncIterable<Uint8Array>) => Promise<Response>;

function passwordOf(line: CommandLine, { environment }: CommandIo): string {
  const file = line.text('password-file');
  const { POLLUX_CONSOLE_PASSWORD: password } = environment;
  if (file === undefined && password) return password;
  if (file === undefined)
    throw new CommandError('No password. Set POLLUX_CONSOLE_PASSWORD, or name a file with --password-file.');
  try {
    // As `pollux-hub password` reads it.
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new CommandError(`Cannot read the password file ${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function addressOf(line: CommandLine): string | undefined {
  const url = line.text('hub');
  if (url === undefined) return undefined;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UsageError(`--hub ${JSON.stringify(url)} is no address of a console; it should look like http://127.0.0.1:4101`);
  return url.replace(/\/$/, '');
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    // A redirection would carry the password or the messages elsewhere.
    return await fetch(url, { method: 'POST', redirect: 'error', ...init });
  } catch (error) {
    const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
    throw new CommandError(`Cannot reach ${url}: ${cause?.code ?? cause?.message ?? message}. Is the hub's console there?`);
  }
}

/** Says what an answer that is not 200 told. */
export async function refusalOf(response: Response): Promise<string> {
  const text = (await response.text()).trim();
  return `The hub refused (${response.status})${text === '' || text.startsWith('<') ? '' : `: ${text}`}`;
}

/** Signs in at `--hub`; `undefined` where the command line names none. */
export async function connectConsole(line: CommandLine, io: CommandIo): Promise<ConsoleConnection | undefined> {
  const url = addressOf(line);
  if (url === undefined) return undefined;
  const signIn = await ask(`${url}/trpc/session.login`, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: line.text('user') ?? 'admin', password: passwordOf(line, io) }),
  });
  const cookie = signIn.headers.getSetCookie()[0]?.split(';')[0];
  if (signIn.status !== 200 || cookie === undefined) {
    const wrong = signIn.status === 401 ? 'name or password is wrong' : `it answered ${signIn.status}`;
    throw new CommandError(`Cannot sign in at ${url}: ${wrong}.`);
  }
  await signIn.arrayBuffer();
  return (path, body) =>
    ask(`${url}/${path}`, {
      headers: { cookie },
      ...(body !== undefined && { body: body as unknown as ReadableStream, duplex: 'half' }),
    } as RequestInit);
}
