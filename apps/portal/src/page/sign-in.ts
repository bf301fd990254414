import { type Colleague, staff } from '../staff.ts';
import { fetchJson } from './fetch-json.ts';

const remembered = 'portal.colleague';

/**
 * Signs in at Pollux's development sign-in, which is off unless the hub is told otherwise. In production this is the
 * place of your own login: ask your server for a token, or leave `getToken` out and let your cookie speak.
 */
export async function fetchToken(pollux: string, colleague: Colleague): Promise<string> {
  const { token } = await fetchJson<{ readonly token: string }>(`${pollux}/development/sign-in`, { recipient: colleague.id });
  return token;
}

/** Who is signed in in this tab; two tabs may hold two colleagues. */
export function recallColleague(): Colleague | undefined {
  const id = sessionStorage.getItem(remembered);
  return staff.find((colleague) => colleague.id === id);
}

export function rememberColleague(colleague: Colleague | undefined): void {
  if (colleague) sessionStorage.setItem(remembered, colleague.id);
  else sessionStorage.removeItem(remembered);
}
