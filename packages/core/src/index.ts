export type {
  ApplicationContract,
  ContractType,
  DataOf,
  DirectType,
  DirectTypeName,
  FetchType,
  FetchTypeName,
  ParametersOf,
  PathParameters,
  PayloadOf,
  ResultOf,
  TypeName,
} from './contract/application-contract.ts';
export { checkBy } from './contract/check.ts';
export { defineApplication, direct, fetchFrom } from './contract/define-application.ts';
export type { NotifyOptions } from './contract/notification.ts';
export type { SchemaIssue, SchemaResult, StandardSchema } from './contract/standard-schema.ts';
export type { Clock, Random, Timer } from './protocol/environment.ts';
export {
  applicationPattern,
  defaultLimits,
  type Limits,
  lifetimeSeconds,
  nameBytes,
  wireVersion,
} from './protocol/limits.ts';
export { CommunicationError, type Problem, type ProblemCode, problem, problems } from './protocol/problem.ts';
export {
  type AcceptedNotification,
  type Address,
  type Advice,
  type Audience,
  type DirectMessage,
  type FetchInstruction,
  type FetchMessage,
  type Gap,
  type GapReason,
  type Grade,
  type Message,
  type Notification,
  type PollAnswer,
  type PollApplication,
  type PollRequest,
  type PollSection,
  type PublishAnswer,
  type RefusedNotification,
  type Urgency,
  urgencies,
  type WithdrawnMessage,
} from './protocol/types.ts';
export type { Answer, BodyOutcome, Exchange } from './servlet/exchange.ts';
