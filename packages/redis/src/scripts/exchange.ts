/** Acknowledging and reading a recipient's queues for one session; and forgetting a session's places. */
import { reader, sent } from './following.ts';

/** Arguments of one queue of an exchange, in this order. */
const exchangeArguments = 9;

export const exchange: string = `${sent}${reader}
local address = openAddress(ARGV[4])
local session, maxBytes = ARGV[6], tonumber(ARGV[7])
local keepMs, mayFree = tonumber(ARGV[8]), ARGV[9] == '1'

local function startOf(queue)
  local first = call('LINDEX', queue.list, 0)
  return first and head(first).position - 1 or queue.l
end

-- Keeps the session's place, moved on to what it handled; a session that says nothing of it has handled nothing.
local function keepPlace(queue, handled)
  local place = queue.p[session]
  local isNew = not place
  if isNew then
    place = { handled or startOf(queue), 0 }
    queue.p[session] = place
  end
  local isMoved = handled and handled > place[1]
  if isMoved then place[1] = handled end
  local isKept = now + keepMs > place[2]
  if isKept then place[2] = now + keepMs end
  if isNew or isMoved or isKept then queue.isChanged = true end
  if place[1] > queue.h then queue:set('h', place[1]) end
end

-- The lowest place that is kept; the others are forgotten.
local function lowestPlace(queue)
  local lowest
  for name, place in pairs(queue.p) do
    if place[2] <= now then
      queue.p[name] = nil
      queue.isChanged = true
    elseif not lowest or place[1] < lowest then
      lowest = place[1]
    end
  end
  return lowest
end

-- Frees up to a place; returns how many messages that took.
local function free(queue, lowest)
  if not lowest or lowest <= queue.f or not mayFree then return 0 end
  queue:set('f', lowest)
  local count = indexAfter(queue, lowest)
  if count == 0 then return 0 end
  local gone = cutFront(queue, count)
  tell(queue, 'a', positionsOf(gone))
  return #gone
end

-- Reads on in runs, for a queue's messages may be more than are asked for.
local function read(queue, after)
  local found, bytes = {}, 0
  local index = indexAfter(queue, after)
  while true do
    local run = call('LRANGE', queue.list, index, index + 63)
    for _, element in ipairs(run) do
      bytes = bytes + tonumber(match(element, '^%d+ (%d+)'))
      if bytes > maxBytes and #found > 0 then return found, 1 end
      found[#found + 1] = element
    end
    if #run < 64 then return found, 0 end
    index = index + 64
  end
end

local function exchangeOne(queue, i)
  if queue.u ~= now then queue:set('u', now) end
  expireDue(queue)
  local handledEpoch, readEpoch, limitEpoch = ARGV[i + 1], ARGV[i + 3], ARGV[i + 5]
  local handledTo, readTo, limitTo = tonumber(ARGV[i + 2]), tonumber(ARGV[i + 4]), tonumber(ARGV[i + 6])
  local function stands(epoch, position)
    return epoch == '' or (epoch == queue.e and position <= queue.l)
  end
  local isReset
  if readEpoch ~= '' then isReset = not stands(readEpoch, readTo) else isReset = not stands(handledEpoch, handledTo) end
  local limit = limitEpoch == queue.e and limitTo or queue.l
  local after = not isReset and readEpoch ~= '' and math.min(readTo, limit) or startOf(queue)
  if not isReset and readEpoch ~= '' then noteSent(queue, readEpoch, readTo) end
  if limitEpoch ~= '' then noteSent(queue, limitEpoch, limitTo) end
  local stood = not isReset and handledEpoch ~= '' and stands(handledEpoch, handledTo)
  keepPlace(queue, stood and math.min(handledTo, limit) or nil)
  local lowest = lowestPlace(queue)
  local freed = ARGV[i + 7] == '0' and free(queue, lowest) or 0
  local found, more = read(queue, after)
  queue:save()
  return { queue.e, after, queue.l, more, isReset and 1 or 0, freed, queue.f, queue.o and 1 or 0, queue.L or '', found }
end

local readings = {}
for i = 10, #ARGV, ${exchangeArguments} do
  local queue = openQueue(address, ARGV[i], ARGV[i + 8])
  if queue.isNew then queue:schedule(now + keepMs) end
  readings[#readings + 1] = exchangeOne(queue, i)
end
noteReader(address, ARGV[5], keepMs)
saveAddress(address)
saveSums()
return { echo, removed, readings }
`;

export const forget: string = `${sent}
local address = openAddress(ARGV[4])
local session = ARGV[5]
for i = 6, #ARGV, 3 do
  local queue = findQueue(address, ARGV[i])
  if queue then
    if queue.p[session] then
      queue.p[session] = nil
      queue.isChanged = true
    end
    if ARGV[i + 1] ~= '' then noteSent(queue, ARGV[i + 1], tonumber(ARGV[i + 2])) end
    queue:save()
  end
end
return { echo, removed }
`;
