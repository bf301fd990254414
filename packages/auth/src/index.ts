export { type Authenticate, authenticateTokens, type TokenSettings } from './authenticate-tokens.ts';
export { bearerOf } from './bearer.ts';
export type { PublicKey } from './public-keys.ts';
export {
  type AuthorizePublisher,
  authorizePublisherKeys,
  fingerprintOf,
  type MintedKey,
  mintKey,
  type PublisherKeySettings,
} from './publisher-keys.ts';
export { type IssuedToken, type SigningSettings, signTokens, type TokenClaims } from './sign-tokens.ts';
export type { TokenFault } from './token-fault.ts';
export type { KeySettings, TokenAlgorithm } from './verifiers.ts';
export { type VisitorSettings, type VisitorToken, type VisitorTokens, visitorTokens } from './visitor-tokens.ts';
