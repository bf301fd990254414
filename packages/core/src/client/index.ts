export type { ContractClient, ContractFetched, ContractMessage } from '../contract/contract-client.ts';
export type {
  ApplicationClient,
  ApplicationClientOptions,
  ApplicationContract,
  ApplicationStatus,
  Check,
  CheckResult,
  ClientEvent,
  ClientState,
  CommunicationClient,
  CommunicationClientOptions,
  Failure,
  Fetched,
} from './communication-client.ts';
export { createCommunicationClient } from './create-communication-client.ts';
