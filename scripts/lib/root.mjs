import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = resolve(fileURLToPath(import.meta.url), '../../..');

/** A path inside the project. @param {...string} parts */
export const inRoot = (...parts) => join(root, ...parts);
