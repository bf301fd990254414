import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { inRoot } from './root.mjs';

/**
 * The workspaces in a folder of the project that have a manifest.
 *
 * @param {string} folder `packages` or `apps`
 * @returns {{ name: string, folder: string, manifest: Record<string, any> }[]} `folder` relative to the project
 */
export function workspacesIn(folder) {
  if (!existsSync(inRoot(folder))) return [];
  return readdirSync(inRoot(folder))
    .sort()
    .filter((name) => existsSync(inRoot(folder, name, 'package.json')))
    .map((name) => ({
      name,
      folder: `${folder}/${name}`,
      manifest: JSON.parse(readFileSync(inRoot(folder, name, 'package.json'), 'utf8')),
    }));
}
