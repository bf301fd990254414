/** Idempotency keys: remembered until their time is over, and given up before a message is, as in memory. */

/** Of the keys that may go, how many do at least when room is made: to look through all of them for each message takes long. */
const leastShare = 1 / 4;

/** Milliseconds for each key of a queue until they are looked through again, which takes a few microseconds for each. */
const keyPauseMs = 1;

/** Milliseconds after a look in vain until there is another one for as much. */
const vainMs = 1000;

/** Milliseconds by which keys go ahead of those that have to, where there is little room. */
const aheadMs = 3_600_000;

const waiting = `
-- Tells of positions whether their messages have left.
local function goneFrom(queue)
  if queue.n == 0 then return function() return true end end
  local oldest = head(call('LINDEX', queue.list, 0)).position
  local newest = head(call('LINDEX', queue.list, -1)).position
  local held
  if newest - oldest + 1 > queue.n then
    held = {}
    for _, element in ipairs(call('LRANGE', queue.list, 0, -1)) do held[head(element).position] = true end
  end
  return function(position)
    return position < oldest or position > newest or (held ~= nil and not held[position])
  end
end
`;

export const remembering: string = `${waiting}
-- Gives up keys of an address until so many bytes are free; false, having changed nothing, where that cannot be.
local function giveUpKeys(address, bytes)
  if now < (address.v or 0) and bytes > address.s then return false end
  local found = {}
  for app in pairs(address.q) do
    local queue = address.opened[app] or findQueue(address, app)
    address.opened[app] = queue
    -- One that an eviction took away has none.
    local isGone = queue and goneFrom(queue)
    local raw = queue and call('HGETALL', queue.keys) or {}
    for i = 1, #raw, 2 do
      local position, untilMs = match(raw[i + 1], '^%S+ (%d+) (%d+)')
      position = tonumber(position)
      if isGone(position) then found[#found + 1] = { tonumber(untilMs), position, queue, raw[i] } end
    end
  end
  if #found * KEY_BYTES < bytes then
    -- Who goes on publishing to a full address is refused at little cost.
    address.s, address.v, address.isChanged = #found * KEY_BYTES, now + ${vainMs}, true
    return false
  end
  local count = math.ceil(math.max(bytes / KEY_BYTES, #found * ${leastShare}))
  table.sort(found, function(a, b)
    if a[1] == b[1] then return a[2] < b[2] end
    return a[1] < b[1]
  end)
  for i = 1, count do call('HDEL', found[i][3].keys, found[i][4]) end
  grow(address, -count * KEY_BYTES)
  return true
end

local function rememberKey(queue, key, fingerprint, position, untilMs)
  local isNew = call('HSET', queue.keys, key, queue.e .. ' ' .. position .. ' ' .. untilMs .. ' ' .. fingerprint) == 1
  if not queue.y or untilMs < queue.y then queue:set('y', untilMs) end
  if not isNew then return end
  grow(queue.address, KEY_BYTES)
  -- A message that drops another to fit takes no more room, but its key does.
  local excess = queue.address.b - ADDRESS_BYTES
  if excess > 0 then giveUpKeys(queue.address, excess) end
end
`;

/** Needs \`others\`: bytes of other buckets and of this one, before the call. */
export const forgetting: string = `${waiting}
-- Milliseconds before their time at which keys may go: none until half of a bound is taken, all of their time where all is.
local function hasteOf(address)
  local fullness = math.max((others + sums.bytes) / BUFFER_BYTES, address.b / ADDRESS_BYTES)
  return math.max(0, 2 * fullness - 1) * KEYED_MS
end

-- Gives how many were looked through.
local function forgetKeys(queue)
  local haste = hasteOf(queue.address)
  local soon = now + haste
  -- Of those that end soon it is known up to where they were given up.
  if not queue.y or (now < queue.y and soon < math.max(queue.y, queue.w or 0)) then return 0 end
  if haste > 0 then
    -- A little more than now, so that it is not done again and again.
    soon = soon + ${aheadMs}
    queue:set('w', soon)
  end
  local next, gone, kept = nil, {}, 0
  local isGone = goneFrom(queue)
  local raw = call('HGETALL', queue.keys)
  for i = 1, #raw, 2 do
    local position, untilMs = match(raw[i + 1], '^%S+ (%d+) (%d+)')
    untilMs = tonumber(untilMs)
    if untilMs <= now or (untilMs <= soon and isGone(tonumber(position))) then
      gone[#gone + 1] = raw[i]
    else
      kept = kept + 1
      if not next or untilMs < next then next = untilMs end
    end
  end
  for _, key in ipairs(gone) do call('HDEL', queue.keys, key) end
  grow(queue.address, -#gone * KEY_BYTES)
  if next then
    -- All are read to find those whose time is over: the more there are, the longer it takes until that is done again.
    queue:set('y', math.max(next, now + kept * ${keyPauseMs}))
  else
    queue:set('y', nil)
  end
  return #raw / 2
end
`;
