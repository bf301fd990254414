/** Signed tokens: JWT with HS256 and nothing else, so that no header can talk the check into another algorithm. */
import { createSecretKey } from 'node:crypto';
import { applicationPattern } from '@pollux/core';
import type { ClientIdentity } from '@pollux/core/server';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { TokensConfiguration } from '../configuration/configuration.ts';
import { isName } from '../configuration/text-rules.ts';
import { createTokenCache } from './token-cache.ts';

/** Why a token was not accepted; a word for metrics and logs, never a part of the token. */
export type TokenFault = 'too-long' | 'malformed' | 'algorithm' | 'signature' | 'expired' | 'not-yet-valid' | 'claim';

/** What a token shall say. */
export interface TokenClaims {
  readonly recipient: string;
  readonly groups?: readonly string[];
  readonly applications?: readonly string[];
  /** Seconds that it is good for. */
  readonly ttl: number;
}

/** A token with the second since 1970 at which it ends. */
export interface MintedToken {
  readonly token: string;
  readonly expires: number;
}

/** Makes and checks tokens of one secret. */
export interface Tokens {
  mint(claims: TokenClaims): Promise<MintedToken>;
  /** Who a token speaks for; at once where it was checked before. */
  verify(token: string): ClientIdentity | undefined | Promise<ClientIdentity | undefined>;
}

const toleranceSeconds = 5;
const longestToken = 8192;
const cachedTokens = 32_768;

/** A token that names no applications may poll all; one that names something else than names is not accepted. */
function namesOf(claim: unknown, accepts: (name: string) => boolean): readonly string[] | undefined | false {
  if (claim === undefined) return undefined;
  if (!Array.isArray(claim) || claim.length > 1000) return false;
  return claim.every((name) => typeof name === 'string' && accepts(name)) ? (claim as string[]) : false;
}

function identityOf(payload: JWTPayload): ClientIdentity | undefined {
  const { sub, exp, groups: groupsClaim, applications: applicationsClaim } = payload;
  const groups = namesOf(groupsClaim, isName);
  const applications = namesOf(applicationsClaim, (name) => applicationPattern.test(name));
  if (sub === undefined || !isName(sub) || exp === undefined || groups === false || applications === false) return undefined;
  return { recipient: sub, expiresMs: exp * 1000, ...(groups && { groups }), ...(applications && { applications }) };
}

function faultOf(error: unknown): TokenFault {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return error.claim === 'nbf' ? 'not-yet-valid' : 'claim';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'algorithm';
  return error instanceof errors.JWSSignatureVerificationFailed ? 'signature' : 'malformed';
}

/** Tokens as the configuration says. `refused` is told why a token was not accepted. */
export function createTokens(
  configuration: TokensConfiguration,
  refused: (fault: TokenFault) => void = () => {},
  now: () => number = Date.now,
): Tokens {
  const key = createSecretKey(Buffer.from(configuration.secret, 'utf8'));
  const { issuer, audience } = configuration;
  const cache = createTokenCache<ClientIdentity>(cachedTokens, now);

  async function check(token: string): Promise<ClientIdentity | undefined> {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        requiredClaims: ['sub', 'exp'],
        clockTolerance: toleranceSeconds,
        currentDate: new Date(now()),
        ...(issuer !== undefined && { issuer }),
        ...(audience !== undefined && { audience }),
      });
      const identity = identityOf(payload);
      if (identity === undefined) refused('claim');
      else cache.set(token, identity, (identity.expiresMs ?? 0) + toleranceSeconds * 1000);
      return identity;
    } catch (error) {
      refused(faultOf(error));
      return undefined;
    }
  }

  return {
    verify(token) {
      const known = cache.get(token);
      if (known !== undefined) return known;
      if (token.length <= longestToken) return check(token);
      refused('too-long');
      return undefined;
    },
    async mint({ recipient, groups, applications, ttl }) {
      const seconds = Math.floor(now() / 1000);
      const expires = seconds + ttl;
      const signing = new SignJWT({ ...(groups && { groups }), ...(applications && { applications }) })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setSubject(recipient)
        .setIssuedAt(seconds)
        .setExpirationTime(expires);
      if (issuer !== undefined) signing.setIssuer(issuer);
      if (audience !== undefined) signing.setAudience(audience);
      return { token: await signing.sign(key), expires };
    },
  };
}
