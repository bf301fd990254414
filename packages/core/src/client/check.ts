/** How a page looks at messages before its handlers do. */
import type { DirectMessage, FetchMessage } from '../protocol/types.ts';

/** Says what is wrong with a message's data, or nothing where all is well; a promise of either will do. */
export type Check = (message: DirectMessage | FetchMessage, data: unknown) => CheckResult | PromiseLike<CheckResult>;

/** What is wrong, or what handlers of a fetch get in place of the data that was looked at. */
export type CheckResult = string | { readonly data: unknown } | undefined;
