export type { ContractClient, ContractFetched, ContractMessage } from '../contract/contract-client.ts';
export type {
  ApplicationClient,
  ApplicationClientOptions,
  ApplicationStatus,
  ClientEvent,
  ClientState,
  CommunicationClient,
  CommunicationClientOptions,
  Fetched,
} from './communication-client.ts';
export { createCommunicationClient } from './create-communication-client.ts';
