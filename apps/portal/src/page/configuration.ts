import type { PageConfiguration } from '../server/portal-settings.ts';
import { fetchJson } from './fetch-json.ts';

export type { PageConfiguration };

/** Asks the portal's own server where everything else is. */
export function loadConfiguration(): Promise<PageConfiguration> {
  return fetchJson('/config.json');
}
