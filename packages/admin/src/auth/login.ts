import type { AdminCredential } from '../options.ts';
import { verifyPassword } from './password.ts';
import { createThrottle } from './throttle.ts';

export type LoginOutcome =
  | { readonly kind: 'accepted'; readonly credential: AdminCredential }
  | { readonly kind: 'refused' }
  | { readonly kind: 'wait'; readonly seconds: number };

/** Compared against for unknown names, so that the answer takes as long as for known ones. */
const nobody = `scrypt:32768:8:1:${'A'.repeat(22)}:${'A'.repeat(43)}`;
/** scrypt takes 32 MiB and a thread for about 80 ms: more than this at once would be a way to exhaust the host. */
const atOnce = 4;

/** Checks names and passwords, throttled by name and by remote address. */
export function createLogin(
  credentials: readonly AdminCredential[],
  now: () => number,
): (name: string, password: string, remote: string) => Promise<LoginOutcome> {
  const throttle = createThrottle(now);
  let running = 0;
  return async (name, password, remote) => {
    const keys = [`name:${name}`, `remote:${remote}`];
    const seconds = throttle.waitSeconds(keys);
    if (seconds > 0) return { kind: 'wait', seconds };
    if (running >= atOnce) return { kind: 'wait', seconds: 1 };
    running += 1;
    // Counted before the check: parallel guesses must not share one free attempt.
    throttle.failed(keys);
    try {
      const credential = credentials.find((each) => each.name === name);
      const matches = await verifyPassword(password, credential?.password ?? nobody);
      if (!matches || !credential) return { kind: 'refused' };
      throttle.succeeded(keys);
      return { kind: 'accepted', credential };
    } finally {
      running -= 1;
    }
  };
}
