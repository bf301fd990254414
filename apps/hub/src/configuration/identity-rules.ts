/** Rules between the settings of `identity`: where its keys come from. */
import type { Fault } from './faults.ts';
import { secretRule } from './identity-definition.ts';
import type { Path } from './outline.ts';
import type { Rule } from './rules.ts';

const at = (...names: readonly string[]): Path => ['identity', 'tokens', ...names];
const fault = (name: string, text: string): Fault => ({ path: at(name), text });
const tokens = at();

export const identityRules: readonly Rule[] = [
  {
    reads: [tokens, at('secret'), at('jwks')],
    find: ([section, secret, jwks]) => {
      if (section === undefined || (secret === undefined) !== (jwks === undefined)) return undefined;
      if (secret === undefined) return fault('secret', `is missing; it ${secretRule}. With a key set, set jwks instead`);
      return fault('jwks', 'must not stand beside a secret, or it would be unclear who may sign tokens; take one of the two out');
    },
  },
  {
    reads: [at('jwks'), at('secrets')],
    find: ([jwks, secrets]) =>
      secrets !== undefined && jwks !== undefined
        ? fault('secrets', 'goes beside secret, not beside jwks; take one of the two out')
        : undefined,
  },
  {
    reads: [at('secret'), at('secrets')],
    find: ([secret, secrets]) =>
      Array.isArray(secrets) && secrets.includes(secret)
        ? fault('secrets', 'holds the secret itself; list only others that shall still be accepted')
        : undefined,
  },
  {
    reads: [at('jwks'), at('algorithms')],
    find: ([jwks, algorithms]) =>
      algorithms !== undefined && jwks === undefined
        ? fault('algorithms', 'only chooses among the keys of jwks; take it out, since a secret always means HS256')
        : undefined,
  },
  ...['issuer', 'audience'].map(
    (name): Rule => ({
      reads: [at('jwks'), at(name)],
      find: ([jwks, value]) =>
        jwks !== undefined && value === undefined
          ? fault(
              name,
              'is missing; the owner of a key set signs tokens for others, too, which would all be accepted; set what tokens for this hub say',
            )
          : undefined,
    }),
  ),
  {
    reads: [at('jwks'), ['identity', 'developmentSignIn']],
    find: ([jwks, on]) =>
      on === true && jwks !== undefined
        ? {
            path: ['identity', 'developmentSignIn'],
            text: 'true needs a secret to sign with, and jwks has none; set identity.tokens.secret instead, or this to false',
          }
        : undefined,
  },
];
