import { SignJWT } from 'jose';
import { isApplication, isName, namesOf } from './names.ts';
import { hmacKey, secretOf } from './secrets.ts';
import { refuseUnknown, wholeNumber, wrongSetting } from './wrong-setting.ts';

export interface SigningSettings {
  /** HS256: what `authenticateTokens` is given, too. */
  readonly secret: string | Uint8Array;
  /** Named as `iss`. @default none */
  readonly issuer?: string;
  /** Named as `aud`. @default none */
  readonly audience?: string;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

/** What a token shall say. */
export interface TokenClaims {
  readonly recipient: string;
  /** @default none */
  readonly groups?: readonly string[];
  /** @default all */
  readonly applications?: readonly string[];
  /** Seconds that it is good for. */
  readonly ttl: number;
}

/** A token with the second since 1970 at which it ends. */
export interface IssuedToken {
  readonly token: string;
  readonly expires: number;
}

const longestTtl = 366 * 86_400;

/**
 * Signs tokens with HS256, for whoever signs users in. The returned function rejects claims that no server accepts.
 *
 * @throws TypeError for settings that cannot be right
 */
export function signTokens(settings: SigningSettings): (claims: TokenClaims) => Promise<IssuedToken> {
  refuseUnknown(settings, ['secret', 'issuer', 'audience', 'now']);
  const key = hmacKey(secretOf('secret', settings.secret));
  const { issuer, audience, now = Date.now } = settings;
  return async ({ recipient, groups, applications, ttl }) => {
    if (!isName(recipient)) throw wrongSetting('recipient', 'must be a text of 1 to 256 bytes without control characters.');
    if (namesOf(groups, isName) === false) throw wrongSetting('groups', 'must be a list of names.');
    if (namesOf(applications, isApplication) === false)
      throw wrongSetting('applications', 'must be a list of application names.');
    const seconds = Math.floor(now() / 1000);
    const expires = seconds + wholeNumber('ttl', ttl, 1, longestTtl);
    const signing = new SignJWT({ ...(groups && { groups }), ...(applications && { applications }) })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(recipient)
      .setIssuedAt(seconds)
      .setExpirationTime(expires);
    if (issuer !== undefined) signing.setIssuer(issuer);
    if (audience !== undefined) signing.setAudience(audience);
    return { token: await signing.sign(await key()), expires };
  };
}
