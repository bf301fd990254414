export { type GracefulEnd, prepareGracefulEnd } from './graceful-end.ts';
export { createNodeHandler, type NodeHandler, type NodeHandlerOptions } from './handler.ts';
export { applyServerLimits, type Listening, type ListenOptions, listen } from './listen.ts';
export { DirectRequest } from './read-body.ts';
