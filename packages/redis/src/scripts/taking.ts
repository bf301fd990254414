/** Where a message is, taking it out, erasing, sweeping, and taking queues over from another buffer. */
import { forgetting } from './keys.ts';
import { removal } from './removing.ts';

/** Messages that one queue keeps parked, as in memory; the oldest goes first. */
const parkedKept = 100;

/** Tells the state of one message, and takes it out where that is asked. */
export const take: string = `
local address = openAddress(ARGV[4])
local epoch, position, how, reason = ARGV[6], tonumber(ARGV[7]), ARGV[8], ARGV[9]
local queue = findQueue(address, ARGV[5])
if not queue or queue.e ~= epoch or position > queue.l then return { echo, removed } end
expireDue(queue)
-- The answer names the losses, those of this very moment among them.
if queue.hasLost then writeLosses(queue) end

local function findParked()
  for _, message in ipairs(parkedOf(queue)) do
    if message.position == position then return message end
  end
end

local function takeParked(message, kind)
  releaseParked(queue, message)
  noteEnding(queue, message.position, kind)
  tell(queue, kind, { message.position })
end

local function park(message, index)
  cutAt(queue, message, index)
  lose(queue, { message }, 'p')
  call('RPUSH', queue.aside, reason .. '\\n' .. message.element)
  grow(address, message.size)
  sums.parked = sums.parked + 1
  if call('LLEN', queue.aside) > ${parkedKept} then takeParked(parkedOf(queue)[1], 'u') end
end

-- Sessions and how far each has handled, in turns.
local function placesOf()
  local places = {}
  for session, place in pairs(queue.p) do
    if place[2] > now then
      places[#places + 1] = session
      places[#places + 1] = place[1]
    end
  end
  return places
end

local function state()
  local message, index = messageAt(queue, position)
  if message then
    if how == 'withdraw' then
      leave(queue, message, index, 'w')
    elseif how == 'purge' then
      cutAt(queue, message, index)
      lose(queue, { message }, 'u')
    elseif how == 'park' then
      park(message, index)
    end
    return { 'pending', message.element, queue.s >= position and 1 or 0, placesOf(), queue.h >= position and 1 or 0 }
  end
  local held = findParked()
  if held then
    if how == 'withdraw' then takeParked(held, 'w') elseif how == 'purge' then takeParked(held, 'u') end
    return { 'parked', held.element, held.reason }
  end
  return { 'gone', queue.f, queue.L or '', queue.E or '' }
end

local found = state()
queue:save()
saveAddress(address)
saveSums()
return { echo, removed, found }
`;

export const erase: string = `${removal}
local address = openAddress(ARGV[4])
local apps, count = {}, 0
for app in pairs(address.q) do
  if ARGV[5] == '' or app == ARGV[5] then apps[#apps + 1] = app end
end
for _, app in ipairs(apps) do
  local queue = findQueue(address, app)
  if queue then
    expireDue(queue)
    local gone = {}
    for i, element in ipairs(call('LRANGE', queue.list, 0, -1)) do gone[i] = head(element).position end
    for _, message in ipairs(parkedOf(queue)) do gone[#gone + 1] = message.position end
    removeQueue(queue)
    tell(queue, 'r', gone)
    count = count + #gone
  end
end
if #apps > 0 then saveAddress(address) end
saveSums()
return { echo, removed, count }
`;

/** Queues that one sweep looks at; more follow at once. */
export const sweepBatch = 100;

/** Queues, about, that one sweep goes through while the buffer is crowded, and keys after which it looks no further. */
const walkBatch = 100;
const walkKeys = 5000;

export const sweep: string = `${removal}
local others = tonumber(ARGV[4]) + tonumber(call('HGET', TOTALS, 'bytes') or 0)
${forgetting}
-- One in which there never was a message has nothing to tell but its epoch: while more than half of the buffer is taken it
-- goes with its last session, or visitors who come once would fill the buffer.
local isCrowded = others > BUFFER_BYTES / 2
local function forgottenFrom(queue)
  if not isCrowded or queue.l > 0 or sub(queue.address.name, 1, 1) ~= 'r' then return queue.u + STUB_MS end
  local last = 0
  for _, place in pairs(queue.p) do last = math.max(last, place[2]) end
  return last
end

local due = call('ZRANGEBYSCORE', PREFIX .. 'd', '-inf', now, 'LIMIT', 0, ${sweepBatch})
for _, suffix in ipairs(due) do
  local app, name = match(suffix, '^([^:]+):(.*)$')
  local address = openAddress(name)
  local queue = findQueue(address, app)
  if queue then
    expireDue(queue)
    forgetKeys(queue)
    local idle = forgottenFrom(queue)
    local isEmpty = queue.n == 0 and call('EXISTS', queue.aside, queue.keys) == 0
    if isEmpty and idle <= now then
      removeQueue(queue)
    else
      queue.d = nil
      local next = math.min(queue.x or math.huge, queue.y or math.huge)
      if isEmpty then next = math.min(next, idle) end
      -- A second at least: what is due now was looked at.
      queue:schedule(math.max(next, now + 1))
      queue:save()
    end
    saveAddress(address)
  else
    call('ZREM', PREFIX .. 'd', suffix)
  end
end

-- While it is crowded all queues are gone through, some at a time, for keys that can be spared.
local function walk()
  local place, found = unpack(call('ZSCAN', PREFIX .. 'd', call('HGET', TOTALS, 'walk') or '0', 'COUNT', ${walkBatch}))
  call('HSET', TOTALS, 'walk', place)
  local looked = 0
  for i = 1, #found, 2 do
    -- The others are looked through in another round, in which these need not be.
    if looked > ${walkKeys} then return end
    local app, name = match(found[i], '^([^:]+):(.*)$')
    local address = openAddress(name)
    local queue = findQueue(address, app)
    if queue then
      looked = looked + forgetKeys(queue)
      queue:save()
      saveAddress(address)
    end
  end
end
if isCrowded then walk() end
saveSums()
return { echo, removed, #due, tonumber(call('HGET', TOTALS, 'bytes') or 0) }
`;

/** Makes a queue as another buffer kept it; refuses where there is that queue or that epoch already. */
export const restore: string = `
local address = openAddress(ARGV[4])
local app, epoch = ARGV[5], ARGV[6]
if address.q[app] or call('HEXISTS', PREFIX .. 'e', epoch) == 1 then return { echo, removed, 0 } end
local queue = openQueue(address, app, epoch)
local i = 7
for _, field in ipairs({ 'l', 'f', 'h', 's' }) do
  queue:set(field, tonumber(ARGV[i]))
  i = i + 1
end
if ARGV[i] == '1' then queue:set('o', 1) end
queue:set('L', ARGV[i + 1])
queue:set('E', ARGV[i + 2])
i = i + 3

local function many(each)
  local count = tonumber(ARGV[i])
  i = i + 1
  for _ = 1, count do i = i + each() end
end

local function due(expires)
  if not queue.x or expires < queue.x then queue:set('x', expires) end
end

many(function()
  queue.p[ARGV[i]] = { tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]) }
  return 3
end)
many(function()
  local message = head(ARGV[i])
  call('RPUSH', queue.list, ARGV[i])
  if message.topic ~= '' then call('HSET', queue.topics, message.topic, message.position) end
  queue:settle(message.size)
  queue:set('n', queue.n + 1)
  sums.messages = sums.messages + 1
  due(message.expires)
  return 1
end)
many(function()
  local message = head(ARGV[i + 1])
  call('RPUSH', queue.aside, ARGV[i] .. '\\n' .. ARGV[i + 1])
  grow(address, message.size)
  sums.parked = sums.parked + 1
  due(message.expires)
  return 2
end)
many(function()
  call('HSET', queue.keys, ARGV[i], ARGV[i + 1])
  grow(address, KEY_BYTES)
  local untilMs = tonumber(match(ARGV[i + 1], '^%S+ %d+ (%d+)'))
  if not queue.y or untilMs < queue.y then queue:set('y', untilMs) end
  return 2
end)
local idle = math.huge
if queue.l == 0 then
  -- One that never held a message may go with its sessions, as if one had just gone here: by then it is known how full
  -- the other processes are.
  idle = now + LIFETIME_MS
  for _, place in pairs(queue.p) do idle = math.max(idle, place[2]) end
end
queue:schedule(math.min(queue.x or math.huge, queue.y or math.huge, idle))
queue:save()
saveAddress(address)
saveSums()
return { echo, removed, 1 }
`;
