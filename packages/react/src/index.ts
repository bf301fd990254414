export { PolluxProvider, type PolluxProviderProps, useClient } from './provider.ts';
export { type Handlers, useApplication } from './use-application.ts';
export { useStatus } from './use-status.ts';
