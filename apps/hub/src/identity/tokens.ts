/** Tokens as the configuration says: whom the hub accepts, and how it signs where it has the secret. */
import { type Authenticate, authenticateTokens, signTokens, type TokenFault } from '@pollux/auth';
import type { TokensConfiguration } from '../configuration/configuration.ts';

/** Accepts tokens; `refused` is told why one was not accepted. */
export function createAuthentication(
  configuration: TokensConfiguration,
  refused: (fault: TokenFault) => void = () => {},
): Authenticate {
  const { secret, secrets = [], ...settings } = configuration;
  return authenticateTokens({ ...settings, ...(secret !== undefined && { secret: [secret, ...secrets] }), refused });
}

/** Signs tokens; `undefined` where whoever signs users in is somebody else. */
export function createSigner({ secret, issuer, audience }: TokensConfiguration): ReturnType<typeof signTokens> | undefined {
  if (secret === undefined) return undefined;
  return signTokens({ secret, ...(issuer !== undefined && { issuer }), ...(audience !== undefined && { audience }) });
}
