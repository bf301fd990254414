import type { AdminProcedures, AdminRouter } from '../contract/router.ts';
import { buffer } from './buffer.ts';
import { clients } from './clients.ts';
import { inject } from './inject.ts';
import { live } from './live.ts';
import { message } from './message.ts';
import { routing } from './routing.ts';
import { session } from './session.ts';
import { apps, stats } from './stats.ts';
import { router } from './trpc.ts';

const procedures: AdminProcedures = { session, stats, apps, clients, buffer, message, routing, inject, live };

/**
 * Everything that the console may call. The cast hides the context alone, which callers of the contract never see; that
 * what each procedure takes and gives fits the contract is checked above.
 */
export const adminRouter: AdminRouter = router(procedures) as unknown as AdminRouter;
