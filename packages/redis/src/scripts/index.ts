/** The scripts by name, with the digests that `EVALSHA` calls them by. */
import { createHash } from 'node:crypto';
import { append } from './append.ts';
import { base, type ScriptLimits } from './base.ts';
import { disconnect, hear } from './disconnecting.ts';
import { exchange, forget } from './exchange.ts';
import { follow } from './following.ts';
import { describe, dump, look, peek, summarise } from './looking.ts';
import { expiry, messages, parked } from './messages.ts';
import { erase, restore, sweep, take } from './taking.ts';

/**
 * Says which process answers, before anything else is asked of it: one that was not there before may have lost what the
 * last one took, so a new era begins, in which every queue skips the positions that may be lost. Tells whether something
 * was there already.
 */
const begin = `
local known = redis.call('HGET', KEYS[1], 'run')
if known == ARGV[1] then return 1 end
redis.call('HSET', KEYS[1], 'run', ARGV[1])
if not known then return 0 end
redis.call('HINCRBY', KEYS[1], 'era', 1)
return 1
`;

/** One script, as text and as its SHA-1. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

export type Scripts = Readonly<
  Record<
    | 'begin'
    | 'append'
    | 'exchange'
    | 'follow'
    | 'forget'
    | 'take'
    | 'erase'
    | 'sweep'
    | 'restore'
    | 'disconnect'
    | 'hear'
    | 'look'
    | 'summarise'
    | 'describe'
    | 'peek'
    | 'dump',
    Script
  >
>;

/** The scripts for these bounds. */
export function createScripts(limits: ScriptLimits): Scripts {
  const whole = (body: string): string => base(limits) + messages + parked + expiry + body;
  return {
    begin: script(evenFull(begin)),
    append: script(whole(append)),
    exchange: script(evenFull(whole(exchange))),
    follow: script(evenFull(whole(follow))),
    forget: script(evenFull(base(limits) + forget)),
    take: script(evenFull(whole(take))),
    erase: script(evenFull(whole(erase))),
    sweep: script(evenFull(whole(sweep))),
    restore: script(whole(restore)),
    disconnect: script(evenFull(disconnect)),
    hear: script(hear),
    look: script(acrossBuckets(look)),
    summarise: script(summarise),
    describe: script(describe),
    peek: script(peek),
    dump: script(dump),
  };
}

/** A script that runs in a Redis without memory, too: what it does makes room, or takes next to none. */
function evenFull(text: string): string {
  return `#!lua flags=allow-oom\n${text}`;
}

/** The same for one that reads keys of several slots, all of them at one process. */
function acrossBuckets(text: string): string {
  return `#!lua flags=allow-oom,allow-cross-slot-keys\n${text}`;
}

/** A script of a text. */
export function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}
