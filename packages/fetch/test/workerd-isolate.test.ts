import { describeRuntime } from './runtimes/describe-runtime.ts';
import { disconnectSkips, startWorkerd } from './runtimes/workerd.ts';

describeRuntime('workerd, one isolate', () => startWorkerd('isolate.capnp'), { skips: disconnectSkips });
