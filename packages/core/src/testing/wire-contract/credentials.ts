/**
 * Credentials for peers under test: any recipient, group or application, in an `Authorization` header, believed
 * without a signature. Never for a server that strangers reach.
 */
import type { ClientIdentity } from '../../server/communication-server.ts';
import type { RequestView } from '../../servlet/servlet.ts';
import type { Claims } from './peer.ts';

interface Believed {
  readonly client?: ClientIdentity;
  readonly publisher?: { readonly applications: readonly string[] };
}

export interface TestCredentials {
  authorization(recipient: string, claims?: Claims): Readonly<Record<string, string>>;
  publisher(...applications: readonly string[]): Readonly<Record<string, string>>;
  authenticate(request: RequestView): ClientIdentity | undefined;
  authorizePublisher(request: RequestView): { readonly applications: readonly string[] } | undefined;
}

const scheme = 'Bearer test.';

function encode(believed: Believed): Readonly<Record<string, string>> {
  // Percent encoding keeps any text inside what a header may hold.
  return { authorization: scheme + encodeURIComponent(JSON.stringify(believed)) };
}

function decode(request: RequestView): Believed {
  const value = request.header('authorization') ?? '';
  if (!value.startsWith(scheme)) return {};
  try {
    return JSON.parse(decodeURIComponent(value.slice(scheme.length))) as Believed;
  } catch {
    return {};
  }
}

/**
 * Makes both ends of the credentials.
 * @param now the server's clock, milliseconds since 1970
 */
export function createTestCredentials(now: () => number): TestCredentials {
  return {
    authorization: (recipient, { groups, applications, expiresIn } = {}) =>
      encode({
        client: {
          recipient,
          ...(groups && { groups }),
          ...(applications && { applications }),
          ...(expiresIn !== undefined && { expiresMs: now() + expiresIn * 1000 }),
        },
      }),
    publisher: (...applications) => encode({ publisher: { applications } }),
    authenticate: (request) => decode(request).client,
    authorizePublisher: (request) => decode(request).publisher,
  };
}
