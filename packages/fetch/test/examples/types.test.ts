import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { installed } from '../runtimes/start.ts';
import { root } from './example.ts';

it('the examples are correct TypeScript, in the strictness of the packages', async () => {
  const checked = promisify(execFile)(installed('tsc'), ['--noEmit', '--pretty', 'false', '-p', 'examples'], { cwd: root });
  expect(await checked.catch(({ stdout }: { readonly stdout: string }) => ({ stdout }))).toMatchObject({ stdout: '' });
}, 120_000);
