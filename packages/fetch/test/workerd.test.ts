import { describeRuntime } from './runtimes/describe-runtime.ts';
import { objectSkips, startWorkerd } from './runtimes/workerd.ts';

describeRuntime('workerd, Durable Object', () => startWorkerd('durable-object.capnp'), { skips: objectSkips });
