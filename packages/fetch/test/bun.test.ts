import { describeRuntime } from './runtimes/describe-runtime.ts';
import { installed, startProgram } from './runtimes/start.ts';

describeRuntime('Bun', () => startProgram(installed('bun'), ['--conditions=@pollux/source', 'test/runtimes/bun.ts']));
