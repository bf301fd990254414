export { createFetchHandler, type FetchHandler, type FetchHandlerOptions } from './handler.ts';
export { createIsolateClock, type IsolateClock } from './isolate-clock.ts';
