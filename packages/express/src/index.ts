export { createExpressHandler, type ExpressHandler } from './handler.ts';
