/** The wire contract's servers on workerd. */
import { createWorker, type Worker } from './worker-host.ts';

const worker = createWorker();

export const HostObject: Worker['HostObject'] = worker.HostObject;
const handler: Worker['handler'] = worker.handler;
// biome-ignore lint/style/noDefaultExport: workerd takes a module's default export
export default handler;
