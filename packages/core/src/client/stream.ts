/** Reads bodies: whole ones, and streams of server-sent events. */
import { answerBytes } from './bounds.ts';

/** Hands over a body's text piece by piece. @throws RangeError where `keep` says that more than `answerBytes` are kept */
async function readText(response: Response, take: (text: string) => number): Promise<void> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  while (reader) {
    const { done, value } = await reader.read();
    if (take(decoder.decode(value, { stream: !done })) > answerBytes) {
      reader.cancel().catch(() => undefined);
      throw new RangeError(`an answer of more than ${answerBytes} bytes`);
    }
    if (done) break;
  }
}

/** Reads a body as text, or throws when it is longer than `answerBytes`. */
export async function readBody(response: Response): Promise<string> {
  let text = '';
  await readText(response, (piece) => {
    text += piece;
    return text.length;
  });
  return text;
}

/**
 * Reads a stream of server-sent events to its end.
 * @param heard called whenever anything comes, heartbeats too; returns whether to read on
 * @param take called with the data of each event without a name
 * @returns the data of the event `end`; nothing where the connection ended without one
 */
export async function readEvents(response: Response, heard: () => boolean, take: (data: string) => void): Promise<string> {
  let rest = '';
  let type = '';
  let data = '';
  let end = '';
  const readLine = (line: string): void => {
    const [, name, value = ''] = /^(\w+): ?(.*)/s.exec(line) ?? [];
    if (name === 'event') type = value;
    if (name === 'data') data += value;
    if (line !== '') return;
    if (type === 'end') end = data;
    else if (data) take(data);
    type = data = '';
  };
  await readText(response, (text) => {
    if (!heard()) return Number.POSITIVE_INFINITY;
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() as string;
    lines.forEach(readLine);
    return rest.length + data.length;
  });
  return end;
}
