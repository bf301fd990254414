/**
 * What all scripts begin with: the moment, sums, one address with its queues. Lua 5.1, as Redis and Valkey run it.
 *
 * Every key of an address carries the same hash tag, which `KEYS[1]` declares: the others are made from it, all in the
 * same slot. Single letters name the fields of a queue's hash, for they are stored once for each queue:
 * `e` epoch, `l` last position, `f` freed to, `h` handled to, `s` sent to, `b` bytes, `o` holes, `x` next expiry,
 * `y` next expiry of a key, `u` last used, `d` due, `g` era, `L` losses, `E` endings, `S…` the place of a session.
 */
import type { Limits } from '@pollux/core';
import { losses } from './losses.ts';

/** What an empty queue, and a remembered key, count for in the bounds of address and buffer: as in memory. */
const stubBytes = 512;
const keyBytes = 160;

/** Positions skipped after a failover: more than can have been assigned by a primary that is no more. */
const skipped = 16_777_216;

/** Losses that one ledger tells apart, and endings that are noted, as in memory. */
const ledgerLength = 48;
const endingsKept = 64;

export type ScriptLimits = Pick<
  Limits,
  'queueMessages' | 'queueBytes' | 'addressBytes' | 'bufferBytes' | 'keySeconds' | 'stubSeconds'
>;

/** The bounds, as constants of the scripts: a node with others has scripts of its own. */
function constants(limits: ScriptLimits): string {
  return `
local QUEUE_MESSAGES, QUEUE_BYTES, ADDRESS_BYTES = ${limits.queueMessages}, ${limits.queueBytes}, ${limits.addressBytes}
local BUFFER_BYTES, KEY_MS, STUB_MS = ${limits.bufferBytes}, ${limits.keySeconds * 1000}, ${limits.stubSeconds * 1000}
local STUB_BYTES, KEY_BYTES, SKIPPED = ${stubBytes}, ${keyBytes}, ${skipped}
local LEDGER, ENDINGS = ${ledgerLength}, ${endingsKept}
`;
}

const beginning = `
local call, sub, match, find, concat = redis.call, string.sub, string.match, string.find, table.concat
local TOTALS = KEYS[1]
local PREFIX = sub(TOTALS, 1, -2)
local echo, wanted, now = ARGV[1], ARGV[2], tonumber(ARGV[3])
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
local function openAddress(name)
  local address = { name = name, key = PREFIX .. 'a:' .. name, bytes = 0, grown = 0, apps = {}, count = 0, nodes = {} }
  local raw = call('HGETALL', address.key)
  for i = 1, #raw, 2 do
    local kind, rest = sub(raw[i], 1, 1), sub(raw[i], 2)
    if kind == 'b' then
      address.bytes = tonumber(raw[i + 1])
    elseif kind == 'q' then
      address.apps[rest] = true
      address.count = address.count + 1
    else
      address.nodes[rest] = tonumber(raw[i + 1])
    end
  end
  return address
end

local Queue = {}
Queue.__index = Queue

function Queue:set(field, value)
  local changes = self.changes
  changes[#changes + 1] = field
  changes[#changes + 1] = value
  self[field] = value
end

function Queue:drop(field)
  self[field] = nil
  self.dropped[#self.dropped + 1] = field
end

function Queue:settle(bytes)
  if bytes == 0 then return end
  self:set('b', self.b + bytes)
  self.address.grown = self.address.grown + bytes
  sums.bytes = sums.bytes + bytes
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
  if #self.changes > 0 then call('HSET', self.key, unpack(self.changes)) end
  for _, field in ipairs(self.dropped) do
    -- It may have come again since.
    if self[field] == nil then call('HDEL', self.key, field) end
  end
end

local function newQueue(address, app)
  local suffix = app .. ':' .. address.name
  return setmetatable({
    address = address, app = app, suffix = suffix, key = PREFIX .. 'q:' .. suffix, list = PREFIX .. 'm:' .. suffix,
    aside = PREFIX .. 'x:' .. suffix, keys = PREFIX .. 'k:' .. suffix, topics = PREFIX .. 't:' .. suffix,
    places = {}, changes = {}, dropped = {}, l = 0, f = 0, h = 0, s = 0, b = 0, u = 0,
  }, Queue)
end

local numbers = { l = true, f = true, h = true, s = true, b = true, u = true, x = true, y = true, d = true }

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
  local queue = newQueue(address, app)
  local raw = call('HGETALL', queue.key)
  if #raw == 0 then return nil end
  for i = 1, #raw, 2 do
    local field, value = raw[i], raw[i + 1]
    if numbers[field] then
      queue[field] = tonumber(value)
    elseif sub(field, 1, 1) == 'S' then
      local handled, untilMs = match(value, '^(%d+) (%d+)$')
      queue.places[sub(field, 2)] = { tonumber(handled), tonumber(untilMs) }
    else
      queue[field] = value
    end
  end
  if queue.g ~= era then skipLost(queue) end
  return queue
end

local function openQueue(address, app, epoch)
  local queue = findQueue(address, app)
  if queue then return queue end
  queue = newQueue(address, app)
  queue:set('e', epoch)
  queue:set('g', era)
  queue:set('u', now)
  for _, field in ipairs({ 'l', 'f', 'h', 's', 'b' }) do queue:set(field, 0) end
  call('HSET', address.key, 'q' .. app, '')
  call('HSET', PREFIX .. 'e', epoch, queue.suffix)
  if address.count == 0 then sums.addresses = sums.addresses + 1 end
  address.count = address.count + 1
  address.apps[app] = true
  address.grown = address.grown + STUB_BYTES
  sums.queues = sums.queues + 1
  sums.bytes = sums.bytes + STUB_BYTES
  queue:schedule(now + STUB_MS)
  return queue
end

local function saveAddress(address)
  if address.count == 0 then
    call('DEL', address.key)
  elseif address.grown ~= 0 then
    call('HINCRBY', address.key, 'b', address.grown)
  end
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
