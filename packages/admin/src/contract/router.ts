/** The router's type, written out: what a console, or any other tRPC client, may call. */

import type { Address, Problem } from '@pollux/core';
import type {
  TRPCBuiltRouter,
  TRPCDefaultErrorData,
  TRPCErrorShape,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCSubscriptionProcedure,
} from '@trpc/server';
import type { AddressesInput, AddressesPage, PeekInput, PeekPage, QueueRow } from './buffer.ts';
import type { ClientRow, ClientsInput, ClientsPage } from './clients.ts';
import type { LiveFrame, LiveInput } from './feed.ts';
import type { InjectAnswer, InjectInput, InjectSchemas } from './inject.ts';
import type { JourneyView, MessageInput, MessageView } from './message.ts';
import type { RoutingGraph, RoutingInput } from './routing.ts';
import type { LoginInput, SessionView } from './session.ts';
import type { ApplicationRow, StatsSnapshot } from './stats.ts';

/** What a failed call carries besides tRPC's own words. */
export interface AdminErrorData extends TRPCDefaultErrorData {
  /** The communication server's problem document, where one stood behind the failure. */
  readonly problem?: Problem;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
}

/** The root of the router: its context stays with the server. */
export interface AdminRoot {
  ctx: object;
  meta: object;
  errorShape: TRPCErrorShape<AdminErrorData>;
  transformer: false;
}

type Query<Input, Output> = TRPCQueryProcedure<{ input: Input; output: Output; meta: unknown }>;
type Mutation<Input, Output> = TRPCMutationProcedure<{ input: Input; output: Output; meta: unknown }>;
type Subscription<Input, Frame> = TRPCSubscriptionProcedure<{
  input: Input;
  output: AsyncIterable<{ readonly id: string; readonly data: Frame }, void, unknown>;
  meta: unknown;
}>;

// A type alias, not an interface: tRPC's record types need the implicit index signature of an alias.
export type AdminProcedures = {
  session: {
    me: Query<void, SessionView>;
    login: Mutation<LoginInput, SessionView>;
    logout: Mutation<void, SessionView>;
  };
  stats: { snapshot: Query<void, StatsSnapshot> };
  apps: { list: Query<void, readonly ApplicationRow[]> };
  clients: {
    list: Query<ClientsInput, ClientsPage>;
    get: Query<{ session: string }, ClientRow | null>;
    disconnect: Mutation<{ recipient: string }, { recipient: string; sessions: number; isToldToAll: boolean }>;
  };
  buffer: {
    addresses: Query<AddressesInput, AddressesPage>;
    queues: Query<{ address: Address }, readonly QueueRow[]>;
    peek: Query<PeekInput, PeekPage>;
  };
  message: {
    get: Query<MessageInput, MessageView>;
    journey: Query<MessageInput, JourneyView>;
    withdraw: Mutation<{ application: string; id: string }, { outcome: 'withdrawn' | 'announced' | 'unknown' }>;
  };
  routing: { graph: Query<RoutingInput, RoutingGraph> };
  inject: {
    schemas: Query<void, InjectSchemas>;
    send: Mutation<InjectInput, InjectAnswer>;
  };
  live: { stream: Subscription<LiveInput, LiveFrame> };
};

/** The admin router. Its procedures' least roles stand in `procedureRoles`. */
export type AdminRouter = TRPCBuiltRouter<AdminRoot, AdminProcedures>;
