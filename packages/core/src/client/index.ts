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
