/** Messages of a queue: a list of elements `position size accepted waited ttl urgency[=topic]`, a line feed, members. */

/** Reading elements, finding places among them, and taking them out. */
export const messages: string = `
local function head(element)
  local position, size, accepted, waited, ttl, urgency, topic = match(element, '^(%d+) (%d+) (%d+) (%d+) (%d+) (%a)(%S*)\\n')
  return {
    position = tonumber(position), size = tonumber(size), waitingSince = accepted - waited, expires = accepted + ttl,
    urgency = urgency, topic = topic, element = element,
  }
end

-- The index (from 0) of the first message after a position.
local function indexAfter(queue, position)
  local count = queue.n
  if count == 0 then return 0 end
  local first = head(call('LINDEX', queue.list, 0)).position
  if first > position then return 0 end
  local last = head(call('LINDEX', queue.list, -1)).position
  if position >= last then return count end
  -- Without holes the index follows from the position.
  if last - first + 1 == count then return position - first + 1 end
  local low, high = 1, count
  while low < high do
    local middle = math.floor((low + high) / 2)
    local element = call('LINDEX', queue.list, middle)
    if not element or head(element).position > position then high = middle else low = middle + 1 end
  end
  return low
end

local function messageAt(queue, position)
  local index = indexAfter(queue, position - 1)
  local element = call('LINDEX', queue.list, index)
  if not element then return nil end
  local found = head(element)
  if found.position == position then return found, index end
  return nil
end

-- Settles the sums for messages that have left the list.
local function left(queue, gone)
  if #gone == 0 then return end
  local bytes = 0
  for _, message in ipairs(gone) do
    bytes = bytes + message.size
    if message.topic ~= '' and call('HGET', queue.topics, message.topic) == tostring(message.position) then
      call('HDEL', queue.topics, message.topic)
    end
  end
  queue:settle(-bytes)
  sums.messages = sums.messages - #gone
  queue:set('n', queue.n - #gone)
  if queue.n == 0 then queue:schedule(queue.u + STUB_MS) end
end

local function positionsOf(gone)
  local positions = {}
  for i, message in ipairs(gone) do positions[i] = message.position end
  return positions
end

local function cutFront(queue, count)
  local gone = {}
  for i, element in ipairs(call('LPOP', queue.list, count) or {}) do gone[i] = head(element) end
  left(queue, gone)
  return gone
end

local function cutAt(queue, message, index)
  call('LSET', queue.list, index, '')
  call('LREM', queue.list, 1, '')
  left(queue, { message })
end

local function lose(queue, gone, reason)
  for _, message in ipairs(gone) do addLoss(queue, reason, message.position) end
  tell(queue, reason, positionsOf(gone))
end

-- Takes one message out without loss: replaced or withdrawn by its own application.
local function leave(queue, message, index, reason)
  cutAt(queue, message, index)
  queue:set('o', 1)
  noteEnding(queue, message.position, reason)
  tell(queue, reason, { message.position })
end
`;

/** Parked messages: a list of elements of their own, each behind its reason and a line feed. */
export const parked: string = `
local function parkedOf(queue)
  local all = {}
  for i, text in ipairs(call('LRANGE', queue.aside, 0, -1)) do
    local cut = find(text, '\\n', 1, true)
    all[i] = head(sub(text, cut + 1))
    all[i].reason = sub(text, 1, cut - 1)
    all[i].text = text
  end
  return all
end

local function releaseParked(queue, message)
  call('LREM', queue.aside, 1, message.text)
  grow(queue.address, -message.size)
  sums.parked = sums.parked - 1
end
`;

/** Expiry: exact when a queue is touched; costs a comparison when nothing can have expired. */
export const expiry: string = `
local function expireMessages(queue)
  local gone, front, next = {}, 0, nil
  for i, element in ipairs(call('LRANGE', queue.list, 0, -1)) do
    local message = head(element)
    if message.expires <= now then
      -- A long-lived message does not hold back those behind it.
      if front == i - 1 then front = i else call('LSET', queue.list, i - 1, '') end
      gone[#gone + 1] = message
    elseif not next or message.expires < next then
      next = message.expires
    end
  end
  if #gone > front then call('LREM', queue.list, 0, '') end
  if front > 0 then call('LTRIM', queue.list, front, -1) end
  left(queue, gone)
  lose(queue, gone, 'e')
  return next
end

local function expireDue(queue)
  if not queue.x or now < queue.x then return end
  local next = expireMessages(queue)
  local gone = {}
  for _, message in ipairs(parkedOf(queue)) do
    if message.expires <= now then
      releaseParked(queue, message)
      gone[#gone + 1] = message
    elseif not next or message.expires < next then
      next = message.expires
    end
  end
  tell(queue, 'e', positionsOf(gone))
  if next then
    queue:set('x', next)
    queue:schedule(next)
  else
    queue:set('x', nil)
  end
end
`;
