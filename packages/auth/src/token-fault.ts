import type { ClientIdentity } from '@pollux/core/server';
import { errors, type JWTPayload } from 'jose';
import { isApplication, isName, namesOf } from './names.ts';

/** Why a token was not accepted; a word for metrics and logs, never a part of the token. */
export type TokenFault =
  | 'too-long'
  | 'malformed'
  | 'type'
  | 'algorithm'
  | 'key'
  | 'signature'
  | 'expired'
  | 'not-yet-valid'
  | 'claim';

/** The fault behind an error of the signature library; `undefined` where the token is not to blame. */
export function faultOf(error: unknown): TokenFault | undefined {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'typ') return 'type';
    return error.claim === 'nbf' ? 'not-yet-valid' : 'claim';
  }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'algorithm';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return 'key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  return error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid ? 'malformed' : undefined;
}

/**
 * Who the claims of a checked token speak for, until it is accepted no more, `tolerance` seconds after its end: a poll that
 * could not be held although it is let in would be asked again and again. `undefined` where they are not what they should be.
 */
export function identityOf(payload: JWTPayload, tolerance = 0): ClientIdentity | undefined {
  const { sub, exp, groups: groupsClaim, applications: applicationsClaim } = payload;
  const groups = namesOf(groupsClaim, isName);
  const applications = namesOf(applicationsClaim, isApplication);
  if (!isName(sub) || exp === undefined || groups === false || applications === false) return undefined;
  return {
    recipient: sub,
    expiresMs: (exp + tolerance) * 1000,
    ...(groups && { groups }),
    ...(applications && { applications }),
  };
}
