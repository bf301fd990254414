/**
 * What all scripts begin with: the moment, sums, one address with its queues. Lua 5.1, as Redis and Valkey run it.
 *
 * Every key of an address carries the same hash tag, which `KEYS[1]` declares: the others are made from it, all in the
 * same slot. A queue is a record in MessagePack, beside the list of its messages. Single letters name its fields, which
 * are stored with each queue: `e` epoch, `l` last position, `f` freed to, `h` handled to, `s` sent to, `b` bytes,
 * `n` messages, `o` holes, `x` next expiry, `y` next expiry of a key, `w` up to where keys were
 * given up before their time, `u` last used, `d` due, `g` era, `L` losses, `E` endings, `p` places of sessions, each with
 * how far it has handled and until when that is kept. An address is one as well: `b` bytes, `c` queues, `q` their
 * applications, `n` nodes that read there, each with until when, `s` bytes that its keys could give when they were looked
 * through in vain, `v` until when that is not done again for more.
 */
import { type Limits, lifetimeSeconds } from '@pollux/core';
import { longestMs } from '../element.ts';
import { losses } from './losses.ts';

/** What an empty queue, and a remembered key, count for in the bounds of address and buffer: as in memory. */
const stubBytes = 512;
const keyBytes = 160;

/** Positions skipped after a failover: more than can have been assigned by a primary that is no more. */
export const skipped = 16_777_216;

/** Losses that one ledger tells apart, and endings that are noted, as in memory. */
const ledgerLength = 48;
const endingsKept = 64;

export type ScriptLimits = Pick<
  Limits,
  | 'queueMessages'
  | 'queueBytes'
  | 'addressBytes'
  | 'bufferBytes'
  | 'keySeconds'
  | 'ttlSeconds'
  | 'stubSeconds'
  | 'sessionSeconds'
  | 'hiddenSeconds'
>;

function wholeMs(seconds: number): number {
  return Math.min(Math.round(seconds * 1000), longestMs);
}

/** The bounds, as constants of the scripts: a node with others has scripts of its own. */
function constants(limits: ScriptLimits): string {
  return `
local QUEUE_MESSAGES, QUEUE_BYTES, ADDRESS_BYTES = ${limits.queueMessages}, ${limits.queueBytes}, ${limits.addressBytes}
local BUFFER_BYTES, KEY_MS, STUB_MS = ${limits.bufferBytes}, ${wholeMs(limits.keySeconds)}, ${wholeMs(limits.stubSeconds)}
local KEYED_MS = ${wholeMs(limits.ttlSeconds + limits.keySeconds)}
local LIFETIME_MS = ${wholeMs(lifetimeSeconds(limits))}
local STUB_BYTES, KEY_BYTES, SKIPPED = ${stubBytes}, ${keyBytes}, ${skipped}
local LEDGER, ENDINGS = ${ledgerLength}, ${endingsKept}
`;
}

const beginning = `
local call, sub, match, find, concat = redis.call, string.sub, string.match, string.find, table.concat
local TOTALS = KEYS[1]
local PREFIX = sub(TOTALS, 1, -2)
local echo, wanted, now = ARGV[1], ARGV[2], tonumber(ARGV[3])
-- A key that never is. While a slot moves, Redis ends a script that touches one it does not have: better here, where
-- nothing was changed yet, than halfway.
call('EXISTS', PREFIX .. '-')
if now == 0 then
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local era = call('HGET', TOTALS, 'era') or '0'
local removed = {}
local sums = { bytes = 0, messages = 0, parked = 0, queues = 0, addresses = 0 }

local function tell(queue, reason, positions)
  if #positions > 0 and find(wanted, reason, 1, true) then
    removed[#removed + 1] = { reason, queue.address.name, queue.app, queue.e, positions }
  end
end
`;

const queues = `
local pack, decode = cmsgpack.pack, cmsgpack.unpack

local function openAddress(name)
  local key = PREFIX .. 'a:' .. name
  local raw = call('GET', key)
  local address = raw and decode(raw) or { b = 0, c = 0, q = {}, n = {} }
  address.name = name
  address.key = key
  return address
end

local function saveAddress(address)
  if address.c == 0 then
    call('DEL', address.key)
  elseif address.isChanged then
    call('SET', address.key, pack({
      b = address.b, c = address.c, q = address.q, n = address.n, s = address.s, v = address.v,
    }))
  end
end

local function grow(address, bytes)
  if bytes == 0 then return end
  address.b = address.b + bytes
  address.isChanged = true
  sums.bytes = sums.bytes + bytes
end

local Queue = {}
local names = { list = 'm:', aside = 'x:', keys = 'k:', topics = 't:' }
local meta = {
  __index = function(queue, field)
    local kind = names[field]
    if not kind then return Queue[field] end
    local name = PREFIX .. kind .. queue.suffix
    queue[field] = name
    return name
  end,
}

function Queue:set(field, value)
  self[field] = value
  self.isChanged = true
end

function Queue:settle(bytes)
  if bytes == 0 then return end
  self:set('b', self.b + bytes)
  grow(self.address, bytes)
end

-- Has the sweep look at the queue at a moment, unless it looks earlier already.
function Queue:schedule(atMs)
  if self.d and atMs >= self.d then return end
  self:set('d', math.ceil(atMs / 1000) * 1000)
  call('ZADD', PREFIX .. 'd', self.d, self.suffix)
end

function Queue:save()
  if self.isRemoved then return end
  if self.hasLost then writeLosses(self) end
  if not self.isChanged then return end
  call('SET', self.key, pack({
    e = self.e, l = self.l, f = self.f, h = self.h, s = self.s, b = self.b, n = self.n, o = self.o, x = self.x, y = self.y,
    w = self.w, u = self.u, d = self.d, g = self.g, L = self.L, E = self.E, p = self.p,
  }))
end

local function attach(record, address, app, suffix, key)
  record.address, record.app, record.suffix, record.key = address, app, suffix, key
  return setmetatable(record, meta)
end

-- Positions that a primary assigned which is no more may be gone: they are skipped, and told as a loss of unknown size.
local function skipLost(queue)
  local ledger = lossesOf(queue)
  ledger[#ledger + 1] = { 'z', queue.l + 1, queue.l + SKIPPED }
  if #ledger > LEDGER then mergeOldest(ledger) end
  queue.hasLost = true
  queue:set('l', queue.l + SKIPPED)
  queue:set('g', era)
end

local function findQueue(address, app)
  local suffix = app .. ':' .. address.name
  local key = PREFIX .. 'q:' .. suffix
  local raw = call('GET', key)
  if not raw then return nil end
  local queue = attach(decode(raw), address, app, suffix, key)
  if queue.g ~= era then skipLost(queue) end
  return queue
end

local function openQueue(address, app, epoch)
  local queue = findQueue(address, app)
  if queue then return queue end
  local suffix = app .. ':' .. address.name
  local record = { e = epoch, g = era, u = now, l = 0, f = 0, h = 0, s = 0, b = 0, n = 0, p = {}, isChanged = true }
  queue = attach(record, address, app, suffix, PREFIX .. 'q:' .. suffix)
  queue.isNew = true
  call('HSET', PREFIX .. 'e', epoch, suffix)
  if address.c == 0 then sums.addresses = sums.addresses + 1 end
  address.c = address.c + 1
  address.q[app] = 1
  grow(address, STUB_BYTES)
  sums.queues = sums.queues + 1
  queue:schedule(now + STUB_MS)
  return queue
end

-- Gives the bytes of the bucket where they have changed.
local function saveSums()
  local bytes = -1
  for field, change in pairs(sums) do
    if change ~= 0 then
      local sum = call('HINCRBY', TOTALS, field, change)
      if field == 'bytes' then bytes = sum end
    end
  end
  return bytes
end
`;

/** The common part of all scripts, for these bounds. */
export function base(limits: ScriptLimits): string {
  return constants(limits) + beginning + losses + queues;
}
