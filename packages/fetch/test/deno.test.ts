import { describeRuntime } from './runtimes/describe-runtime.ts';
import { installed, startProgram } from './runtimes/start.ts';

const args = [
  'run',
  '--no-check',
  '--allow-net',
  '--allow-env',
  '--allow-read',
  '--conditions=@pollux/source',
  'test/runtimes/deno.ts',
];

describeRuntime('Deno', () => startProgram(installed('deno'), args));
