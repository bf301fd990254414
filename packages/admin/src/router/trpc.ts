/** The root of the router: error shape, server-sent events, and the one middleware that enforces the table of roles. */
import { CommunicationError } from '@pollux/core';
import { initTRPC, TRPCError, type TRPCProcedureBuilder, type TRPCRouterBuilder, type TRPCUnsetMarker } from '@trpc/server';
import { prettifyError, ZodError } from 'zod';
import { covers, type ProcedurePath, procedureRoles } from '../contract/roles.ts';
import type { AdminErrorData, AdminRoot } from '../contract/router.ts';
import type { AdminContext } from './context.ts';

/** Seconds to wait, carried to the error's data. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly seconds: number;

  constructor(seconds: number) {
    super(`Try again in ${seconds} s.`);
    this.seconds = seconds;
  }
}

type Unset = TRPCUnsetMarker;

function messageOf(error: TRPCError): string {
  if (error.cause instanceof ZodError) return prettifyError(error.cause);
  return error.code === 'INTERNAL_SERVER_ERROR' ? 'The server failed to answer. Its log says more.' : error.message;
}

function dataOf(error: TRPCError, data: AdminErrorData): AdminErrorData {
  const { cause } = error;
  const { stack: _, ...rest } = data;
  if (cause instanceof CommunicationError) return { ...rest, problem: cause.problem };
  if (cause instanceof RetryLater) return { ...rest, retryAfter: cause.seconds };
  return rest;
}

const t = initTRPC.context<AdminContext>().create({
  isDev: false,
  sse: { ping: { enabled: true, intervalMs: 2000 }, client: { reconnectAfterInactivityMs: 10_000 } },
  errorFormatter: ({ shape, error }) => ({ ...shape, message: messageOf(error), data: dataOf(error, shape.data) }),
});

function leastRole(path: string): (typeof procedureRoles)[ProcedurePath] | undefined {
  return Object.hasOwn(procedureRoles, path) ? procedureRoles[path as ProcedurePath] : undefined;
}

/** Every procedure is made from this one: a path that the table of roles does not name is refused to everyone. */
export const guarded: TRPCProcedureBuilder<AdminContext, object, object, Unset, Unset, Unset, Unset, false> = t.procedure.use(
  ({ ctx, path, next }) => {
    const least = leastRole(path);
    if (least === undefined) throw new TRPCError({ code: 'FORBIDDEN', message: 'This procedure is offered to nobody.' });
    if (least === 'anyone') return next();
    if (!ctx.user) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
    if (!covers(ctx.user.role, least)) {
      throw new TRPCError({ code: 'FORBIDDEN', message: `This needs the role ${least}; you are signed in as ${ctx.user.role}.` });
    }
    return next();
  },
);

export const router: TRPCRouterBuilder<AdminRoot & { ctx: AdminContext }> = t.router;

type Code = ConstructorParameters<typeof TRPCError>[0]['code'];

const codes: Readonly<Record<number, Code>> = {
  400: 'BAD_REQUEST',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  422: 'UNPROCESSABLE_CONTENT',
  429: 'TOO_MANY_REQUESTS',
  503: 'SERVICE_UNAVAILABLE',
};

/** Runs a call to the communication server; its problems become errors of the router that carry them. */
export async function ask<T>(call: () => T | PromiseLike<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof CommunicationError)) throw error;
    throw new TRPCError({ code: codes[error.problem.status] ?? 'INTERNAL_SERVER_ERROR', message: error.message, cause: error });
  }
}
