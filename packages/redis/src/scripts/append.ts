/** Publishing: entries of one address, in order, each stored or told why not. */

/** Arguments of one entry, in this order. */
const entryArguments = 10;

export const append: string = `
-- Bytes in other buckets, which this script does not see.
local elsewhere = tonumber(ARGV[6])

local function makeRoom(queue, size, overflow, replaced)
  local count = call('LLEN', queue.list) + (replaced and 0 or 1)
  local bytes = queue.b + size - (replaced and replaced.size or 0)
  local drop = 0
  -- What some session acknowledged never causes a refusal; those behind are told.
  local free = queue.h > queue.f and indexAfter(queue, queue.h) or 0
  while count > QUEUE_MESSAGES or bytes > QUEUE_BYTES or (drop > 0 and drop < free) do
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
  local growth = bytes - queue.b
  if growth > 0 then
    if queue.address.bytes + queue.address.grown + growth > ADDRESS_BYTES then return 'address' end
    if elsewhere + tonumber(call('HGET', TOTALS, 'bytes') or 0) + sums.bytes + growth > BUFFER_BYTES then return 'buffer' end
  end
  if drop > 0 then lose(queue, cutFront(queue, drop), 'o') end
  return nil
end

local function pendingOf(queue, topic)
  if topic == '' then return nil end
  local position = call('HGET', queue.topics, topic)
  if not position then return nil end
  return messageAt(queue, tonumber(position))
end

local function rememberKey(queue, key, fingerprint, position, untilMs)
  local isNew = call('HSET', queue.keys, key, queue.e .. ' ' .. position .. ' ' .. untilMs .. ' ' .. fingerprint) == 1
  if isNew then
    queue.address.grown = queue.address.grown + KEY_BYTES
    sums.bytes = sums.bytes + KEY_BYTES
  end
  if not queue.y or untilMs < queue.y then queue:set('y', untilMs) end
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
  local waited = replaced and now - replaced.waitingSince or 0
  local header = position .. ' ' .. size .. ' ' .. now .. ' ' .. waited .. ' ' .. ttl .. ' ' .. urgency .. topic
  call('RPUSH', queue.list, header .. '\\n' .. members)
  queue:settle(size)
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

local address = openAddress(ARGV[4])
local node = ARGV[5]
local opened, results = {}, {}
for i = 7, #ARGV, ${entryArguments} do
  local app = ARGV[i]
  local queue = opened[app]
  if not queue then
    queue = openQueue(address, app, ARGV[i + 9])
    opened[app] = queue
  end
  results[#results + 1] = appendOne(queue, ARGV[i + 1], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3]), ARGV[i + 4],
    ARGV[i + 5], ARGV[i + 6], ARGV[i + 7], ARGV[i + 8])
end
for _, queue in pairs(opened) do queue:save() end
saveAddress(address)
local bytes = saveSums()
local nodes = {}
for name, untilMs in pairs(address.nodes) do
  if untilMs <= now then
    call('HDEL', address.key, 'N' .. name)
  elseif name ~= node then
    nodes[#nodes + 1] = name
  end
end
return { echo, removed, results, nodes, bytes }
`;
