/** Everything of this package once, with what every runtime has; what came out, to be compared between runtimes. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  authenticateTokens,
  authorizePublisherKeys,
  fingerprintOf,
  mintKey,
  signTokens,
  visitorTokens,
} from '../../src/index.ts';

const secret = 'fK3v0Zq8yP1uT6wB2xN9aR4cJ7mE5sLd';

const showing = (credential: string) => ({
  header: (name: string) => (name === 'authorization' ? `Bearer ${credential}` : undefined),
});

export async function exercise(): Promise<unknown> {
  const { token } = await signTokens({ secret })({ recipient: 'alice', groups: ['sales'], ttl: 60 });
  const authenticate = authenticateTokens({ secret: ['another-secret-of-at-least-32-bytes', secret] });
  const alice = await authenticate(showing(token));
  const signed: unknown[] = [];
  for (const algorithm of ['EdDSA', 'RS256']) {
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
    const signing = new SignJWT({ iss: 'https://login.example', aud: 'pollux' }).setProtectedHeader({
      alg: algorithm,
      kid: 'one',
    });
    const jwt = await signing.setSubject('bob').setExpirationTime('1m').sign(privateKey);
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one' }] };
    const named = { issuer: 'https://login.example', audience: 'pollux' };
    signed.push((await authenticateTokens({ jwks, ...named })(showing(jwt)))?.recipient);
    signed.push((await authenticateTokens({ publicKey })(showing(`${jwt}x`)))?.recipient ?? 'nobody');
  }
  const { key, fingerprint } = await mintKey();
  const authorize = authorizePublisherKeys({ orders: [fingerprint] });
  const visitors = visitorTokens({ secret });
  const visitor = await visitors.issue();
  return {
    alice: [alice?.recipient, alice?.groups, (await authenticate(showing(`${token}x`))) ?? 'nobody'],
    signed,
    publisher: [
      await authorize(showing(key)),
      (await authorize(showing(`${key}x`))) ?? 'nobody',
      await fingerprintOf('plx_known'),
    ],
    visitor: [
      (await visitors.authenticate(showing(visitor.token)))?.recipient === visitor.recipient,
      (await authenticate(showing(visitor.token))) ?? 'nobody',
    ],
  };
}
