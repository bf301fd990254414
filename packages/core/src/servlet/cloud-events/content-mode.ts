/** How an event stands in a publish request: the content modes of the CloudEvents HTTP protocol binding 1.0.2. */
import { type Problem, problem } from '../../protocol/problem.ts';
import type { Exchange } from '../exchange.ts';
import { isTypeInUtf8, readMediaType } from '../media-type.ts';

/** The media type of one event as JSON. */
export const structuredType = 'application/cloudevents+json';
/** The media type of an array of events as JSON. */
export const batchType = 'application/cloudevents-batch+json';

/** What a page may send anywhere without asking before (Fetch, section 2.2.2): never taken, whatever headers come with it. */
const unasked: ReadonlySet<string> = new Set(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']);

export type ContentMode = 'structured' | 'batch' | 'binary';

/** The mode of a request that brings an event; `undefined` where it does not say so. */
export function contentMode(exchange: Exchange): ContentMode | Problem | undefined {
  const type = exchange.header('content-type');
  const isBinary = exchange.header('ce-specversion') !== undefined;
  if (type === undefined) return isBinary ? refused('the media type of its data; application/json where it has none') : undefined;
  if (isTypeInUtf8(type, structuredType)) return 'structured';
  if (isTypeInUtf8(type, batchType)) return 'batch';
  if (/^application\/cloudevents/i.test(type)) return refused(`${structuredType} or ${batchType}, in UTF-8`);
  if (!isBinary) return undefined;
  const essence = readMediaType(type)?.essence;
  if (essence === undefined) return refused('one media type, that of its data');
  return unasked.has(essence) ? refused(`another than ${essence}; or send it as ${structuredType}`) : 'binary';
}

function refused(rule: string): Problem {
  return problem('unsupported-media-type', { field: 'content-type', detail: `The Content-Type of an event must be ${rule}.` });
}
