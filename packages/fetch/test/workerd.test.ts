import { describeRuntime } from './runtimes/describe-runtime.ts';
import { disconnectSkips, startWorkerd } from './runtimes/workerd.ts';

const skips = [
  ...disconnectSkips,
  {
    test: '§2.2 the target "*" gets an answer that is no 5xx, and the next request works',
    reason: 'workerd itself answers 500 before the object is asked',
  },
];

describeRuntime('workerd, Durable Object', () => startWorkerd('durable-object.capnp'), skips);
