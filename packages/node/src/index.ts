export { createNodeHandler, type NodeHandler } from './handler.ts';
export { applyServerLimits, type ListenOptions, type Listening, listen } from './listen.ts';
