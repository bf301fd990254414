/** How clients are identified: the section `identity` of the definition. */
import { z } from 'zod';
import type { HubConfiguration } from './configuration.ts';
import { distinct, name, object, oneOf, text, yesOrNo } from './fields.ts';
import { isKeySetAddress } from './text-rules.ts';

/** The rule of a secret, said as well where there is none. */
export const secretRule =
  'must be a text of at least 32 bytes with 5 different characters or more; "pollux-hub key" prints a good one';

const secret = (description: string): z.ZodType<string> =>
  text({
    rule: secretRule,
    // As bytes, as they are used: letters of one alphabet share theirs.
    accepts: (value) => Buffer.byteLength(value) >= 32 && new Set(Buffer.from(value)).size >= 5,
    description,
  }).meta({ writeOnly: true, minLength: 8 });

const tokens = z
  .strictObject(
    {
      secret: secret('The secret that tokens (JWT, HS256) are signed with, shared with whoever signs users in.').exactOptional(),
      secrets: distinct(secret('A secret.'), {
        rule: `must be a list of at most 7 texts, each of which ${secretRule}`,
        max: 7,
        description: 'Secrets that are accepted beside `secret`, so that it can be changed without signing anybody out.',
      })
        .meta({ writeOnly: true })
        .exactOptional(),
      jwks: text({
        rule: 'must be the https address of a key set, for example "https://login.example/.well-known/jwks.json" (http at loopback addresses only)',
        accepts: isKeySetAddress,
        description: 'Instead of a secret: the address of the public keys (JWKS) of whoever signs users in, with EdDSA or RS256.',
      }).exactOptional(),
      algorithms: distinct(oneOf(['EdDSA', 'RS256'], { description: 'An algorithm.' }), {
        rule: 'must be a list of one or two of "EdDSA" and "RS256"',
        min: 1,
        max: 2,
        description: 'Algorithms that are accepted with a key set. Default: both.',
      }).exactOptional(),
      issuer: name('https://login.example', 'Where set, tokens must name it as `iss`. Required with `jwks`.').exactOptional(),
      audience: name('pollux', 'Where set, tokens must name it as `aud`. Required with `jwks`.').exactOptional(),
    },
    object('{ "secret": "at least 32 bytes" }'),
  )
  .describe(
    'Signed tokens: JWT, by a secret (HS256) or a key set; `sub` is the recipient, `groups` and `applications` are lists, `exp` is required.',
  );

/** The section. */
export const identityDefinition: z.ZodType<HubConfiguration['identity']> = z
  .strictObject(
    {
      tokens,
      developmentSignIn: yesOrNo({
        default: false,
        description: 'Hands a token to whoever asks. For development on this machine only.',
      }),
    },
    object('{ "tokens": { "secret": "…" } }'),
  )
  .describe('How clients are identified.');
