/** Anonymous visitors: a signed token stands for a browser that nobody signed in, for 30 days and across sessions. */
import type { ClientIdentity, RequestView } from '@pollux/core/server';
import { jwtVerify, SignJWT } from 'jose';
import { type Authenticate, visitorType } from './authenticate-tokens.ts';
import { bearerIn } from './bearer.ts';
import { isApplication, isName, namesOf } from './names.ts';
import { hmacKeys } from './secrets.ts';
import type { IssuedToken } from './sign-tokens.ts';
import { createTokenCache } from './token-cache.ts';
import { identityOf } from './token-fault.ts';
import { refuseUnknown, wholeNumber, wrongSetting } from './wrong-setting.ts';

export interface VisitorSettings {
  /** What tokens are signed with, at least 32 bytes; of several the first signs and all are accepted. */
  readonly secret: string | Uint8Array | readonly (string | Uint8Array)[];
  /** Days that a token is good for. @default 30 */
  readonly days?: number;
  /** A cookie that may hold the token, beside `Authorization`. @default none */
  readonly cookie?: string;
  /** Groups of every visitor. @default none */
  readonly groups?: readonly string[];
  /** Applications that visitors may poll. @default all */
  readonly applications?: readonly string[];
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

/** A visitor's token, and the recipient that it stands for. */
export interface VisitorToken extends IssuedToken {
  /** `visitor.` and 128 random bits. */
  readonly recipient: string;
}

export interface VisitorTokens {
  /** Makes a new visitor. The host keeps the token in the browser: as a cookie, or as what `getToken` returns. */
  issue(): Promise<VisitorToken>;
  /** For the servlet; `undefined` for whoever is no visitor, so that it can stand behind the users' own. */
  readonly authenticate: Authenticate;
}

const known = ['secret', 'days', 'cookie', 'groups', 'applications', 'now'];
const recipientPattern = /^visitor\.[\w-]{22}$/;
const cachedTokens = 32_768;
const rememberMs = 300_000;
const longestToken = 1024;

/**
 * Makes and knows visitors' tokens. Their recipients are random, so that they can be neither guessed nor chosen, and their
 * type keeps them apart from users' tokens even where both have one secret.
 *
 * @throws TypeError for settings that cannot be right
 */
export function visitorTokens(settings: VisitorSettings): VisitorTokens {
  const { now = Date.now, cookie } = settings;
  const rights = rightsOf(settings);
  const seconds = wholeNumber('days', settings.days ?? 30, 1, 400) * 86_400;
  const keys = hmacKeys(settings.secret);
  const [signingKey] = keys;
  const cache = createTokenCache<ClientIdentity>(cachedTokens, now);

  async function check(token: string): Promise<ClientIdentity | undefined> {
    for (const key of keys) {
      const found = await jwtVerify(token, await key(), {
        algorithms: ['HS256'],
        typ: visitorType,
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(now()),
      }).catch(() => undefined);
      const identity = found && identityOf(found.payload);
      if (identity === undefined || !recipientPattern.test(identity.recipient)) continue;
      const visitor = { ...identity, ...rights };
      cache.set(token, visitor, Math.min(identity.expiresMs ?? 0, now() + rememberMs));
      return visitor;
    }
    return undefined;
  }

  return {
    async issue() {
      const recipient = `visitor.${randomText()}`;
      const start = Math.floor(now() / 1000);
      const signing = new SignJWT().setProtectedHeader({ alg: 'HS256', typ: visitorType }).setSubject(recipient);
      const token = await signing
        .setIssuedAt(start)
        .setExpirationTime(start + seconds)
        .sign(await signingKey());
      return { token, recipient, expires: start + seconds };
    },
    authenticate(request) {
      const token = bearerIn(request) ?? (cookie === undefined ? undefined : cookieOf(request, cookie));
      if (token === undefined || token.length > longestToken) return undefined;
      return cache.get(token) ?? check(token);
    },
  };
}

function randomText(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function rightsOf(settings: VisitorSettings): Pick<ClientIdentity, 'groups' | 'applications'> {
  refuseUnknown(settings, known);
  const groups = namesOf(settings.groups, isName);
  const applications = namesOf(settings.applications, isApplication);
  if (groups === false) throw wrongSetting('groups', 'must be a list of names.');
  if (applications === false) throw wrongSetting('applications', 'must be a list of application names.');
  if (settings.cookie !== undefined && !/^[\w!#$%&'*+.^`|~-]+$/.test(settings.cookie))
    throw wrongSetting('cookie', `${JSON.stringify(settings.cookie)} cannot name a cookie. Give letters, digits and hyphens.`);
  return { ...(groups && { groups }), ...(applications && { applications }) };
}

/** The value of a cookie; of two with one name neither, since a neighbouring site may have set the other. */
function cookieOf(request: Pick<RequestView, 'header'>, name: string): string | undefined {
  const pairs = (request.header('cookie') ?? '').split(';').map((pair) => pair.trim());
  const values = pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}
