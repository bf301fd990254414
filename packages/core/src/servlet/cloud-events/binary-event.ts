/** An event in binary content mode: its attributes are headers, its data is the body. */
import { isJsonMediaType } from '../../protocol/cloud-event.ts';
import { isProblem, type JsonBounds, parseJson, rawText } from '../../protocol/json.ts';
import { type Problem, problem } from '../../protocol/problem.ts';
import type { ReadBody } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import { readMediaType } from '../media-type.ts';

/** An event as it came, its attributes not looked at, with the raw text of data that is JSON. */
export interface ReceivedEvent {
  readonly event: Readonly<Record<string, unknown>>;
  readonly payload: string | undefined;
}

/** Puts an event together of headers and body. */
export function readBinaryEvent(exchange: Exchange, body: ReadBody, bounds: JsonBounds): ReceivedEvent | Problem {
  const type = exchange.header('content-type') ?? '';
  const attributes: (readonly [string, unknown])[] = [['datacontenttype', type]];
  for (const header of exchange.headerNames()) {
    if (!header.startsWith('ce-')) continue;
    const name = header.slice(3);
    // They would stand for the body and its media type, which are there already.
    if (name === 'data' || name === 'datacontenttype')
      return problem('invalid-field', { field: name, detail: `${header} must be left out: the body and Content-Type say it.` });
    const value = decodeHeader(exchange.header(header) ?? '');
    if (value === undefined) {
      const detail = `${header} must be printable ASCII, with everything else percent-encoded as UTF-8.`;
      return problem('invalid-field', { field: name, detail });
    }
    attributes.push([name, value]);
  }
  const data = readData(type, body, bounds);
  if ('status' in data) return data;
  return { event: Object.fromEntries([...attributes, ...data.members]), payload: data.payload };
}

/** A header's value as the attribute's: quoted strings are unescaped, then it is percent-decoded once (binding, 3.1.3.2). */
export function decodeHeader(value: string): string | undefined {
  if (!/^[\t\x20-\x7e]*$/.test(value)) return undefined;
  const unquoted = value.replace(/"((?:[^"\\]|\\.)*)"/g, (_quoted, inner: string) => inner.replace(/\\(.)/g, '$1'));
  try {
    return decodeURIComponent(unquoted);
  } catch {
    return undefined;
  }
}

interface Data {
  readonly members: readonly (readonly [string, unknown])[];
  readonly payload: string | undefined;
}

function readData(type: string, body: ReadBody, bounds: JsonBounds): Data | Problem {
  if (body.kind === 'text' && body.text === '') return { members: [], payload: undefined };
  const media = readMediaType(type);
  const isUtf8 = media?.charset === undefined || media.charset === 'utf-8' || media.charset === 'us-ascii';
  if (isJsonMediaType(type)) {
    if (!isUtf8) return problem('unsupported-media-type', { field: 'content-type', detail: 'JSON must be in UTF-8.' });
    if (body.kind !== 'text') return problem('malformed-json', { detail: 'The body is not UTF-8.' });
    const found = parseJson(body.text, bounds);
    if (isProblem(found)) return found;
    return { members: [['data', found.value]], payload: rawText(body.text) };
  }
  if (body.kind === 'text' && isUtf8 && /^text\/|[/+]xml$/.test(media?.essence ?? ''))
    return { members: [['data', body.text]], payload: undefined };
  const bytes = body.kind === 'text' ? new TextEncoder().encode(body.text) : body.bytes;
  return { members: [['data_base64', toBase64(bytes)]], payload: undefined };
}

/** Units that are put together at once: more arguments than this some engines do not take. */
const slice = 8192;

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += slice) binary += String.fromCharCode(...bytes.subarray(at, at + slice));
  return btoa(binary);
}
