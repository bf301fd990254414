import { CommunicationError, problem } from '@pollux/core';
import type { ClientIdentity, RequestView } from '@pollux/core/server';
import { errors, type JWTVerifyOptions, type JWTVerifyResult, jwtVerify } from 'jose';
import { bearerIn } from './bearer.ts';
import { isName } from './names.ts';
import { createTokenCache } from './token-cache.ts';
import { faultOf, identityOf, type TokenFault } from './token-fault.ts';
import { type KeySettings, mostKeys, type Verifier, verifiersOf } from './verifiers.ts';
import { refuseUnknown, wholeNumber, wrongSetting } from './wrong-setting.ts';

/** Answers the servlet's question who is polling; at once where it knows. */
export type Authenticate = (
  request: Pick<RequestView, 'header'>,
) => ClientIdentity | undefined | Promise<ClientIdentity | undefined>;

export interface TokenSettings extends KeySettings {
  /** Tokens must name it as `iss`. Required with `jwks`. @default not looked at */
  readonly issuer?: string;
  /** Tokens must name it as `aud`. Required with `jwks`, whose owner signs tokens for others, too. @default not looked at */
  readonly audience?: string;
  /** Seconds that clocks may differ: tokens are accepted, and polls held, for as long after their end. @default 5 */
  readonly clockTolerance?: number;
  /** Tokens remembered as checked, since a signature costs more than an empty poll; 0 remembers none. @default 32768 */
  readonly cachedTokens?: number;
  /** Seconds after which a remembered token is checked anew, so that a key taken out is noticed. @default 300 */
  readonly cacheSeconds?: number;
  /** Told why a token was not accepted, for metrics. */
  readonly refused?: (fault: TokenFault) => void;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

const known = [
  'secret',
  'publicKey',
  'jwks',
  'algorithms',
  'issuer',
  'audience',
  'clockTolerance',
  'cachedTokens',
  'cacheSeconds',
  'refused',
  'now',
];
const longestToken = 8192;

/** The header `typ` of visitors' tokens (visitor-tokens.ts), which no user's token has. */
export const visitorType = 'visitor+jwt';

/**
 * Knows callers by a JWT in `Authorization: Bearer …`: `sub` is the recipient, `exp` is required, `groups` and
 * `applications` are lists of names; a token without `applications` may poll all. Whatever is wrong with a token is
 * nobody (401); only keys that cannot be fetched are a 503, since that is not the caller's fault.
 *
 * @throws TypeError for settings that cannot be right
 */
export function authenticateTokens(settings: TokenSettings): Authenticate {
  const { refused = () => {}, now = Date.now } = settings;
  const verifiers = verifiersOf(settings);
  const { checks, tolerance } = checksOf(settings);
  const capacity = wholeNumber('cachedTokens', settings.cachedTokens ?? 32_768, 0, 10_000_000);
  const rememberMs = wholeNumber('cacheSeconds', settings.cacheSeconds ?? 300, 0, 86_400) * 1000;
  const cache = createTokenCache<ClientIdentity>(capacity, now);

  async function check(token: string): Promise<ClientIdentity | undefined> {
    try {
      const { payload, protectedHeader } = await verify(verifiers, token, { ...checks, currentDate: new Date(now()) });
      if (protectedHeader.typ === visitorType) return refuse('type');
      const identity = identityOf(payload, tolerance);
      if (identity === undefined) return refuse('claim');
      cache.set(token, identity, Math.min(identity.expiresMs ?? 0, now() + rememberMs));
      return identity;
    } catch (error) {
      const fault = faultOf(error);
      if (fault !== undefined) return refuse(fault);
      throw new CommunicationError(problem('identity-unavailable', { retryAfter: 5 }), { cause: error });
    }
  }

  function refuse(fault: TokenFault): undefined {
    refused(fault);
    return undefined;
  }

  return (request) => {
    const token = bearerIn(request);
    if (token === undefined) return undefined;
    return cache.get(token) ?? (token.length <= longestToken ? check(token) : refuse('too-long'));
  };
}

/** Tries the keys one after another; only a signature of another key leads on to the next. */
async function verify(verifiers: readonly Verifier[], token: string, checks: JWTVerifyOptions): Promise<JWTVerifyResult> {
  let failure: unknown;
  for (const { algorithms, getKey, renew } of verifiers) {
    const all = { ...checks, algorithms: [...algorithms] };
    try {
      return await verifyBy(getKey, token, all).catch(async (error: unknown) => {
        // A key of a set without ids was exchanged: nothing but its signature tells.
        if (!(error instanceof errors.JWSSignatureVerificationFailed) || !(await renew?.())) throw error;
        return verifyBy(getKey, token, all);
      });
    } catch (error) {
      const isOtherKey = error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JOSEAlgNotAllowed;
      // Of keys for several algorithms, the one that fits tells more than the one that does not.
      if (!(error instanceof errors.JOSEAlgNotAllowed) || failure === undefined) failure = error;
      if (!isOtherKey) break;
    }
  }
  throw failure;
}

/** Checks against the key that is found; where a set has several for a token that names none, against one after another. */
async function verifyBy(getKey: Verifier['getKey'], token: string, checks: JWTVerifyOptions): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token, getKey, checks);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    let tried = 0;
    for await (const key of error) {
      if (tried++ === mostKeys) break;
      const found = await jwtVerify(token, key, checks).catch((failure: unknown) => {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      });
      if (found) return found;
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function checksOf(settings: TokenSettings): { readonly checks: JWTVerifyOptions; readonly tolerance: number } {
  refuseUnknown(settings, known);
  const { issuer, audience, jwks } = settings;
  for (const [name, value] of Object.entries({ issuer, audience })) {
    if (value !== undefined && !isName(value)) throw wrongSetting(name, 'must be a text of 1 to 256 bytes.');
    if (value === undefined && jwks !== undefined) {
      throw wrongSetting(
        name,
        'is missing. The owner of a key set signs tokens for other services as well, which would all be accepted here. Name what tokens for this server say.',
      );
    }
  }
  const tolerance = wholeNumber('clockTolerance', settings.clockTolerance ?? 5, 0, 300);
  const checks = {
    requiredClaims: ['sub', 'exp'],
    clockTolerance: tolerance,
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  };
  return { checks, tolerance };
}
