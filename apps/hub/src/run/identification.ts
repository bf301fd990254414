/** Who calls: tokens for clients, keys for publishers. */
import type { ServletOptions } from '@pollux/core/server';
import { bearerOf } from '../identity/bearer.ts';
import type { createPublisherKeys } from '../identity/publisher-keys.ts';
import type { Tokens } from '../identity/tokens.ts';

/** The two questions that the servlet asks its host. */
export type Identification = Required<Pick<ServletOptions, 'authenticate' | 'authorizePublisher'>>;

/** Answers them from the `Authorization` header; `keyRefused` is told of keys that are nobody's. */
export function createIdentification(
  tokens: Tokens,
  findPublisher: ReturnType<typeof createPublisherKeys>,
  keyRefused: () => void,
): Identification {
  return {
    authenticate(request) {
      const token = bearerOf(request.header('authorization'));
      return token === undefined ? undefined : tokens.verify(token);
    },
    authorizePublisher(request) {
      const key = bearerOf(request.header('authorization'));
      if (key === undefined) return undefined;
      const publisher = findPublisher(key);
      if (publisher === undefined) keyRefused();
      return publisher;
    },
  };
}
