/** `POST {base}transfer/export` and `/import`: the message buffer's content as JSON Lines, for the role `admin`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TransferOptions } from '../options.ts';
import { type AdminContext, type AdminServices, audit } from '../router/context.ts';
import { exportLines } from '../transfer/export-lines.ts';
import { importLines } from '../transfer/import-lines.ts';
import { TransferError } from '../transfer/queue-line.ts';
import { answerText, plainHeaders } from './headers.ts';
import { contextOf } from './serve-procedures.ts';

const failed = 'The server failed to answer. Its log says more.';

/** Why a caller may not, or undefined. */
function refusal(context: AdminContext): { readonly status: 401 | 403; readonly text: string } | undefined {
  const { user } = context;
  if (user === undefined) return { status: 401, text: 'Sign in first.' };
  if (user.role === 'admin') return undefined;
  return { status: 403, text: `This needs the role admin; you are signed in as ${user.role}.` };
}

async function sendExport(
  context: AdminContext,
  transfer: TransferOptions,
  isFinal: boolean,
  response: ServerResponse,
): Promise<void> {
  if (isFinal) await transfer.seal();
  response.writeHead(200, { ...plainHeaders, 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  const target = isFinal ? 'final' : 'running';
  try {
    await pipeline(Readable.from(exportLines(transfer.buffer.inspect, context.options.now())), response);
  } catch (error) {
    // The foot is missing, so whoever reads it knows; a sealed server stays sealed, and the export may be repeated.
    audit(context, { action: 'export', target, result: `cut off: ${error instanceof Error ? error.message : String(error)}` });
    return;
  }
  audit(context, { action: 'export', target, result: 'ok' });
  if (isFinal) transfer.finished();
}

async function takeImport(
  context: AdminContext,
  transfer: TransferOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const count = await importLines(transfer.buffer, createInterface({ input: request, crlfDelay: Number.POSITIVE_INFINITY }));
    audit(context, { action: 'import', result: `ok, ${count.queues} queues, ${count.skipped.length} skipped` });
    response.writeHead(200, { ...plainHeaders, 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(count));
  } catch (error) {
    const why = error instanceof TransferError ? error.message : failed;
    audit(context, { action: 'import', result: why });
    answerText(response, error instanceof TransferError ? 400 : 500, why, { connection: 'close' });
  }
}

/** Answers a call below `{base}transfer/`. */
export function serveTransfer(
  services: AdminServices,
  transfer: TransferOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [path = '', query = ''] = (request.url ?? '').slice(`${services.options.basePath}transfer/`.length).split('?', 2);
  if (path !== 'export' && path !== 'import') return answerText(response, 404, 'There is nothing at this address.');
  // Never by GET: a final export ends the server, and no link may do that.
  if (request.method !== 'POST') return answerText(response, 405, 'Use POST.', { allow: 'POST' });
  const context = contextOf(services, request, response);
  const refused = refusal(context);
  if (refused !== undefined) {
    audit(context, { action: path, result: 'refused' });
    return answerText(response, refused.status, refused.text, { connection: 'close' });
  }
  const isFinal = new URLSearchParams(query).get('final') === 'true';
  const work =
    path === 'export' ? sendExport(context, transfer, isFinal, response) : takeImport(context, transfer, request, response);
  work.catch((error: unknown) => {
    audit(context, { action: path, result: error instanceof Error ? error.message : String(error) });
    if (response.headersSent) response.destroy();
    else answerText(response, 500, failed);
  });
}
