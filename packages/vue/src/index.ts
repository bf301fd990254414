export { pollux, useClient } from './provide.ts';
export { type ScopedApplication, useApplication } from './use-application.ts';
export { useStatus } from './use-status.ts';
