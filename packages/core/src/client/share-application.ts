/** For bindings to user interface libraries: several components share one application, which is left when the last one goes. */
import type { ApplicationContract } from '../contract/application-contract.ts';
import type { ApplicationClient, ApplicationClientOptions } from './application-client.ts';
import type { CommunicationClient } from './communication-client.ts';

/** A share in an application. */
export interface SharedApplication {
  readonly client: ApplicationClient;
  /**
   * Gives the share back. The application leaves the poll at the end of the turn in which the last share was given back,
   * so that a component that is taken down and put up again at once goes on. What no handler has begun stays with the server.
   */
  release(): void;
}

const shares = new WeakMap<ApplicationClient, number>();

/**
 * Joins an application, or joins in where others did already.
 * @param options those of the first share count, as with `client.application`
 */
export function shareApplication(
  client: CommunicationClient,
  application: string | ApplicationContract,
  options?: ApplicationClientOptions,
): SharedApplication {
  const name = typeof application === 'string' ? application : application.name;
  const joined = (
    typeof application === 'string' ? client.application(name, options) : client.application(application, options)
  ) as ApplicationClient;
  const change = (by: number): number => {
    const left = (shares.get(joined) ?? 0) + by;
    shares.set(joined, left);
    return left;
  };
  change(1);
  let isReleased = false;
  return {
    client: joined,
    release() {
      if (isReleased) return;
      isReleased = true;
      change(-1);
      queueMicrotask(() => {
        if (shares.get(joined) !== 0) return;
        shares.delete(joined);
        joined.close();
      });
    },
  };
}
