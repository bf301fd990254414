import { describeRuntime } from './runtimes/describe-runtime.ts';
import { startBun } from './runtimes/programs.ts';

describeRuntime('Bun', startBun);
