export { createNodeHandler, type NodeHandler, type NodeHandlerOptions } from './handler.ts';
export { applyServerLimits, type ListenOptions, type Listening, listen } from './listen.ts';
