import { describeRuntime } from './runtimes/describe-runtime.ts';
import { startDeno } from './runtimes/programs.ts';

describeRuntime('Deno', startDeno);
