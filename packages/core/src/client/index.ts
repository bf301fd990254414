export type { ContractClient, ContractFetched, ContractMessage } from '../contract/contract-client.ts';
export type {
  ApplicationClient,
  ApplicationClientOptions,
  ApplicationStatus,
  Failure,
  Fetched,
} from './application-client.ts';
export type { Check, CheckResult } from './check.ts';
export type { ClientEvent, ClientState, CommunicationClient, CommunicationClientOptions } from './communication-client.ts';
export { createCommunicationClient } from './create-communication-client.ts';
