/** The portal's own server: the built page, and where the page finds Pollux and the application servers. */
import { fileURLToPath } from 'node:url';
import { listenPortal } from './server/listen-portal.ts';
import { readPortalSettings } from './server/portal-settings.ts';

try {
  const settings = readPortalSettings(process.env);
  const portal = await listenPortal({ ...settings, folder: fileURLToPath(new URL('./page', import.meta.url)) });
  process.stdout.write(`portal: listening on ${portal.url}\n`);
  const end = (): void => void portal.close().then(() => process.exit(0));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
} catch (error) {
  const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  const hint = taken ? '. Another program has this port; set PORT to a free one.' : '';
  process.stderr.write(`portal: ${error instanceof Error ? error.message : String(error)}${hint}\n`);
  process.exitCode = 1;
}
