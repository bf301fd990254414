/** Publishing: entries of one bucket, in order, each stored or told why not. */
import { remembering } from './keys.ts';
import { removal } from './removing.ts';

/** Arguments of one entry, in this order. */
const entryArguments = 11;

export const append: string = `${removal}${remembering}
-- Bytes before this call: in other buckets, which this script does not see, and in this one.
local others = tonumber(ARGV[5]) + tonumber(call('HGET', TOTALS, 'bytes') or 0)

local function makeRoom(queue, size, overflow, replaced)
  local count = queue.n + (replaced and 0 or 1)
  local bytes = queue.b + size - (replaced and replaced.size or 0)
  local drop = 0
  -- What some session acknowledged never causes a refusal; those behind are told. No more of it goes than is needed.
  local free = queue.h > queue.f and indexAfter(queue, queue.h) or 0
  local function exceeded()
    local growth = bytes - queue.b
    if growth <= 0 then return nil end
    -- Keys go before messages do, and before one is refused.
    local excess = queue.address.b + growth - ADDRESS_BYTES
    if excess > 0 and not giveUpKeys(queue.address, excess) then return 'address' end
    excess = others + sums.bytes + growth - BUFFER_BYTES
    if excess > 0 and not giveUpKeys(queue.address, excess) then return 'buffer' end
  end
  while count > QUEUE_MESSAGES or bytes > QUEUE_BYTES or (drop < free and exceeded()) do
    local element = call('LINDEX', queue.list, drop)
    if not element or (drop >= free and overflow == 'reject') then return 'queue' end
    local oldest = head(element)
    -- Dropping the one that is to be replaced makes no more room than replacing it.
    if replaced and oldest.position == replaced.position then
      replaced = nil
    else
      bytes = bytes - oldest.size
      count = count - 1
    end
    drop = drop + 1
  end
  local bound = exceeded()
  if bound then return bound end
  if drop > 0 then lose(queue, cutFront(queue, drop), 'o') end
  return nil
end

local function pendingOf(queue, topic)
  if topic == '' then return nil end
  local position = call('HGET', queue.topics, topic)
  if not position then return nil end
  return messageAt(queue, tonumber(position))
end

local function appendOne(queue, members, size, ttl, urgency, topic, key, fingerprint, overflow)
  if queue.u ~= now then queue:set('u', now) end
  expireDue(queue)
  if key ~= '' then
    local known = call('HGET', queue.keys, key)
    if known then
      local epoch, position, untilMs, print = match(known, '^(%S+) (%d+) (%d+) (.*)$')
      if tonumber(untilMs) > now then
        if print == fingerprint then return { 'duplicate', epoch, tonumber(position) } end
        return { 'conflict' }
      end
    end
  end
  local bound = makeRoom(queue, size, overflow, (pendingOf(queue, topic)))
  if bound then return { bound } end
  -- Looked up again: making room may have dropped it.
  local replaced, index = pendingOf(queue, topic)
  if replaced then leave(queue, replaced, index, 'c') end
  local position = queue.l + 1
  queue:set('l', position)
  -- Never less than none, where the clock went back: such a header could not be read any more.
  local waited = replaced and math.max(0, now - replaced.waitingSince) or 0
  local header = position .. ' ' .. size .. ' ' .. now .. ' ' .. waited .. ' ' .. ttl .. ' ' .. urgency .. topic
  call('RPUSH', queue.list, header .. '\\n' .. members)
  queue:settle(size)
  queue:set('n', queue.n + 1)
  sums.messages = sums.messages + 1
  if topic ~= '' then call('HSET', queue.topics, topic, position) end
  local expires = now + ttl
  if key ~= '' then rememberKey(queue, key, fingerprint, position, expires + KEY_MS) end
  if not queue.x or expires < queue.x then
    queue:set('x', expires)
    queue:schedule(expires)
  end
  return { 'stored', queue.e, position, replaced and replaced.position or 0 }
end

local addresses, order, results = {}, {}, {}

local function open(name)
  local address = openAddress(name)
  address.opened = {}
  addresses[name] = address
  order[#order + 1] = address
  return address
end

for i = 6, #ARGV, ${entryArguments} do
  local name, app = ARGV[i], ARGV[i + 1]
  local address = addresses[name] or open(name)
  local queue = address.opened[app]
  if not queue then
    queue = openQueue(address, app, ARGV[i + 10])
    address.opened[app] = queue
  end
  results[#results + 1] = appendOne(queue, ARGV[i + 2], tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4]), ARGV[i + 5],
    ARGV[i + 6], ARGV[i + 7], ARGV[i + 8], ARGV[i + 9])
  -- What was refused leaves nothing behind: it would be beyond the bound that it met.
  if queue.isNew and queue.l == 0 then
    removeQueue(queue)
    address.opened[app] = nil
  end
end

-- Nodes that read an address, other than the one that asks, behind its name.
local function readersOf(address)
  local readers = { address.name }
  for name, untilMs in pairs(address.n) do
    if untilMs <= now then
      address.n[name] = nil
      address.isChanged = true
    elseif name ~= ARGV[4] then
      readers[#readers + 1] = name
    end
  end
  return readers
end

local wakes = {}
for _, address in ipairs(order) do
  for _, queue in pairs(address.opened) do queue:save() end
  if next(address.n) then wakes[#wakes + 1] = readersOf(address) end
  saveAddress(address)
end
return { echo, removed, results, wakes, saveSums() }
`;
