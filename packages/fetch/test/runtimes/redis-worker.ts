/** The wire contract's servers on workerd over a Redis. Apart from worker.ts, which may not have a built-in of Node. */
import { redisBuffers } from '../buffers/redis-buffers.ts';
import { createWorker, type Worker } from './worker-host.ts';

const worker = createWorker(({ REDIS = '' }) => redisBuffers(REDIS));

export const HostObject: Worker['HostObject'] = worker.HostObject;
const handler: Worker['handler'] = worker.handler;
// biome-ignore lint/style/noDefaultExport: workerd takes a module's default export
export default handler;
