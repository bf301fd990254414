import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import type { SignedIn } from '../auth/sessions.ts';
import type { AdminProcedures } from '../contract/router.ts';
import type { SessionView } from '../contract/session.ts';
import { type AdminContext, audit } from './context.ts';
import { guarded, RetryLater } from './trpc.ts';

function view(context: AdminContext, user: SignedIn | undefined): SessionView {
  const { environment } = context.options;
  return user ? { environment, user: { name: user.name, role: user.role, expiresMs: user.expiresMs } } : { environment };
}

const credentials = z.object({ name: z.string().min(1).max(64), password: z.string().min(1).max(1024) });

async function login(context: AdminContext, name: string, password: string): Promise<SessionView> {
  const outcome = await context.login(name, password, context.remote);
  switch (outcome.kind) {
    case 'wait': {
      audit(context, { action: 'login', name, result: `throttled for ${outcome.seconds} s` });
      const message = `Too many attempts. Try again in ${outcome.seconds} s.`;
      throw new TRPCError({ code: 'TOO_MANY_REQUESTS', message, cause: new RetryLater(outcome.seconds) });
    }
    case 'refused':
      audit(context, { action: 'login', name, result: 'refused' });
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Name or password is wrong.' });
    case 'accepted': {
      if (context.token) context.sessions.close(context.token);
      const { token, session } = context.sessions.open(name, outcome.credential.role);
      context.setToken(token);
      audit({ ...context, user: session }, { action: 'login', result: 'ok' });
      return view(context, session);
    }
  }
}

export const session: AdminProcedures['session'] = {
  me: guarded.query(({ ctx }) => view(ctx, ctx.user)),
  login: guarded.input(credentials).mutation(({ ctx, input }) => login(ctx, input.name, input.password)),
  logout: guarded.mutation(({ ctx }) => {
    if (ctx.token) ctx.sessions.close(ctx.token);
    if (ctx.user) audit(ctx, { action: 'logout', result: 'ok' });
    ctx.setToken(undefined);
    return view(ctx, undefined);
  }),
};
