export { createFetchHandler, type FetchHandler } from './handler.ts';
