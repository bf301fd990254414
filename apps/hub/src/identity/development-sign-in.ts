/**
 * `POST {base}/development/sign-in {"recipient":"alice"}`: a token for whoever asks. Off by default; the configuration
 * refuses it at any address but a loopback one, and it answers only under a loopback name, so that neither a proxy in
 * front nor a rebound DNS name opens it to others.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { signTokens, TokenClaims } from '@pollux/auth';
import { applicationPattern } from '@pollux/core';
import { isLoopback, isName } from '../configuration/text-rules.ts';
import { hostNameOf, pathOf, readSmallBody, sendJson, sendProblem } from '../http/respond.ts';

/** What the route needs to know. */
export interface DevelopmentSignInOptions {
  readonly basePath: string;
  readonly origins: readonly string[];
  readonly sign: ReturnType<typeof signTokens>;
  /** Seconds that its tokens are good for. @default 3600 */
  readonly ttl?: number;
}

const largestBody = 16_384;

type Claims = Omit<TokenClaims, 'ttl'>;

/** Reads the body; a text names the field at fault. */
function parseClaims(text: string): Claims | string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return '';
  }
  const { recipient, groups, applications } = (body ?? {}) as { recipient?: unknown; groups?: unknown; applications?: unknown };
  if (typeof recipient !== 'string' || !isName(recipient)) return 'recipient';
  const areNames = (list: unknown, accepts: (name: string) => boolean): list is string[] =>
    Array.isArray(list) && list.length <= 100 && list.every((each) => typeof each === 'string' && accepts(each));
  if (groups !== undefined && !areNames(groups, isName)) return 'groups';
  if (applications !== undefined && !areNames(applications, (name) => applicationPattern.test(name))) return 'applications';
  return { recipient, ...(groups && { groups }), ...(applications && { applications }) };
}

/** Makes the route: true when a request was for it. */
export function createDevelopmentSignIn(
  options: DevelopmentSignInOptions,
): (req: IncomingMessage, res: ServerResponse) => boolean {
  const path = `${options.basePath}/development/sign-in`;
  const origins = new Set(options.origins);

  /** Allows the page's origin, or says no. */
  function allowOrigin(req: IncomingMessage, res: ServerResponse): boolean {
    const { origin, host } = req.headers;
    res.setHeader('vary', 'origin');
    if (origin === undefined || origin === `http://${host}`) return true;
    if (!origins.has(origin)) {
      sendProblem(res, 'origin-not-allowed', { detail: 'Name the origin in the setting origins.' });
      return false;
    }
    res.setHeader('access-control-allow-origin', origin);
    return true;
  }

  function preflight(res: ServerResponse): void {
    res.writeHead(204, {
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '7200',
    });
    res.end();
  }

  async function signIn(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const text = await readSmallBody(req, largestBody);
    if (text === undefined) {
      res.setHeader('connection', 'close');
      sendProblem(res, 'payload-too-large', { detail: `The bound is ${largestBody} bytes.` });
      return;
    }
    const claims = parseClaims(text);
    if (claims === '') sendProblem(res, 'malformed-json');
    else if (typeof claims === 'string') {
      const detail =
        claims === 'recipient' ? 'recipient must be a text of 1 to 256 bytes.' : `${claims} must be a list of names.`;
      sendProblem(res, 'invalid-field', { field: claims, detail });
    } else sendJson(res, 200, await options.sign({ ...claims, ttl: options.ttl ?? 3600 }));
  }

  return (req, res) => {
    if (pathOf(req) !== path) return false;
    if (!isLoopback(hostNameOf(req))) {
      sendProblem(res, 'forbidden', { detail: 'The development sign-in answers under loopback names only.' });
      return true;
    }
    if (!allowOrigin(req, res)) return true;
    if (req.method === 'OPTIONS') preflight(res);
    else if (req.method !== 'POST') {
      res.setHeader('allow', 'POST, OPTIONS');
      sendProblem(res, 'method-not-allowed');
    } else if (!/^application\/json *(;|$)/i.test(req.headers['content-type'] ?? '')) sendProblem(res, 'unsupported-media-type');
    else signIn(req, res).catch((error: unknown) => res.destroy(error as Error));
    return true;
  };
}
