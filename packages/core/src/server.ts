export { addressKey } from './buffer/address.ts';
export type { AddressSummary, BufferInspection, QueueSummary } from './buffer/inspection.ts';
export { lossesAfter } from './buffer/losses.ts';
export type { MemoryContext } from './buffer/memory/context.ts';
export type { TableJournal } from './buffer/memory/journal.ts';
export { createMemoryBuffer, type MemoryBufferOptions } from './buffer/memory/memory-buffer.ts';
export {
  freedBeyond,
  indexAfter as messageIndexAfter,
  type KnownKey,
  type ParkedMessage,
  type Queue,
} from './buffer/memory/queue.ts';
export { restoreQueue, storedQueue } from './buffer/memory/restoring.ts';
export { createTable, type Table } from './buffer/memory/table.ts';
export { createTableBuffer, type TableBufferContext } from './buffer/memory/table-buffer.ts';
export type {
  AppendEntry,
  AppendOutcome,
  BufferedMessage,
  BufferFailure,
  BufferHealth,
  BufferWatcher,
  ExchangeRequest,
  Loss,
  MaybePromise,
  MessageBuffer,
  MessageState,
  OverflowRule,
  Place,
  QueueExchange,
  QueueName,
  QueueReading,
  QuietQueue,
  Removal,
} from './buffer/message-buffer.ts';
export type { StoredKey, StoredQueue } from './buffer/stored-queue.ts';
export { epochBytes, messageId, parseMessageId } from './protocol/cursor.ts';
export { systemClock, systemRandom } from './protocol/system-environment.ts';
export type {
  AcknowledgeRequest,
  ApplicationHandle,
  ApplicationOptions,
  ClientIdentity,
  CommunicationServer,
  CommunicationServerOptions,
  ContractHandle,
  DeliveryStatus,
  HeldPoll,
  PollOutcome,
  PollReply,
  StreamEnd,
  StreamSink,
} from './server/communication-server.ts';
export { createCommunicationServer } from './server/create-communication-server.ts';
export type {
  AcceptedEvent,
  AcknowledgedEvent,
  BufferFailedEvent,
  DeliveredEvent,
  FailedEvent,
  GapEvent,
  PollEvent,
  PollSupersededEvent,
  RefusedEvent,
  RemovedEvent,
  ServerEvent,
  SessionClosedEvent,
  SessionOpenedEvent,
} from './server/events.ts';
export { eventKinds } from './server/events.ts';
export type {
  ApplicationSummary,
  ServerInspection,
  ServerTotals,
  SessionSummary,
  StorageSummary,
} from './server/server-inspection.ts';
export { createServlet } from './servlet/create-servlet.ts';
export type { Answer, BodyOutcome, Exchange, OpenAnswer } from './servlet/exchange.ts';
export type { RequestView, Servlet, ServletOptions } from './servlet/servlet.ts';
