/** What a publisher was made with. */
import type { ApplicationContract } from '../contract/application-contract.ts';
import { applicationPattern } from '../protocol/limits.ts';
import { attendedClock, systemRandom } from '../protocol/system-environment.ts';
import type { PublisherOptions } from './publisher.ts';
import type { Sending } from './request.ts';

/** What every runtime's timers take; a longer one would fire at once. */
const longestTimeoutMs = 2_147_483_647;

/** The options with their defaults, checked. */
export interface Settings {
  readonly name: string;
  readonly contract: ApplicationContract | undefined;
  readonly getKey: () => string | PromiseLike<string>;
  readonly patienceMs: number;
  readonly capacity: number;
  readonly batchItems: number;
  readonly batchBytes: number;
  readonly clock: NonNullable<PublisherOptions['clock']>;
  readonly random: NonNullable<PublisherOptions['random']>;
  readonly sending: Sending;
}

/** @throws TypeError for an option that cannot be right, with what is right instead */
export function checkOptions(options: PublisherOptions<string | ApplicationContract>): Settings {
  const { application, key, clock = attendedClock, random = systemRandom } = options;
  const contract = typeof application === 'string' ? undefined : application;
  const name = typeof application === 'string' ? application : application.name;
  if (!applicationPattern.test(name))
    throw new TypeError(`application: ${JSON.stringify(name)} is not a name that an application can have.`);
  if (!/^https?:\/\/[^\s?#]+$/.test(options.url))
    throw new TypeError(
      `url: ${JSON.stringify(options.url)} is not usable. Give the address with its base path, 'https://hub.example/pollux'.`,
    );
  if (typeof key !== 'function' && (typeof key !== 'string' || key === ''))
    throw new TypeError('key: there is none. Give the publisher key, or a function that gets it.');
  const address = `${options.url.replace(/\/+$/, '')}/applications/${name}/notifications`;
  const timeoutMs = Math.min(positive('timeout', options.timeout ?? 15) * 1000, longestTimeoutMs);
  return {
    name,
    contract,
    getKey: typeof key === 'string' ? () => key : key,
    patienceMs: positive('patience', options.patience ?? 60) * 1000,
    capacity: positive('capacity', options.capacity ?? 1000),
    batchItems: positive('batchItems', options.batchItems ?? 100),
    batchBytes: positive('batchBytes', options.batchBytes ?? 200_000),
    clock,
    random,
    // Looked up at each call: a page or a test may replace it.
    sending: { address, clock, timeoutMs, fetch: options.fetch ?? ((...request) => fetch(...request)) },
  };
}

function positive(name: string, value: number): number {
  if (value > 0) return value;
  throw new TypeError(`${name}: ${value} must be more than 0. Leave it out for the default.`);
}
