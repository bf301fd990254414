export type { BasicApplication, BasicApplicationOptions, BasicClient, BasicClientOptions } from './basic-client.ts';
export { createBasicClient } from './create-basic-client.ts';
