/** Reading the logs of a group or of everyone, for all who follow them at one node. */

/** Notes how far something was sent: the record of it outlives the session. */
export const sent: string = `
local function noteSent(queue, epoch, position)
  if epoch ~= queue.e or position <= queue.s then return end
  queue:set('s', math.min(position, queue.l))
end
`;

/** What comes to an address is told to a node for as long as it asks; the note lasts at least half as long as a place. */
export const reader: string = `
local function noteReader(address, node, keepMs)
  local known = address.n[node]
  if (known or 0) >= now + keepMs / 2 then return end
  -- Where nothing is ever appended, this alone forgets the nodes that are gone.
  if not known then
    for name, untilMs in pairs(address.n) do
      if untilMs <= now then address.n[name] = nil end
    end
  end
  address.n[node] = now + keepMs
  address.isChanged = true
end
`;

/** Arguments of one log, in this order. */
const logArguments = 5;

/**
 * Gives what a node does not have yet: everything, or what follows the place that it knows. From the first position that
 * stands and from how many stand up to its place, the node sees whether it still has the same: messages leave, and none
 * comes in between.
 */
export const follow: string = `${sent}${reader}
local address = openAddress(ARGV[4])

local function followOne(queue, knownEpoch, known, sentTo)
  if queue.u ~= now then queue:set('u', now) end
  expireDue(queue)
  noteSent(queue, knownEpoch, sentTo)
  local isKnown = knownEpoch == queue.e
  local standing = isKnown and indexAfter(queue, known) or 0
  local first = call('LINDEX', queue.list, 0)
  local found = call('LRANGE', queue.list, standing, -1)
  queue:save()
  return {
    queue.e, queue.l, queue.o and 1 or 0, queue.L or '', isKnown and 1 or 0, first and head(first).position or 0, standing, found,
  }
end

local logs = {}
for i = 7, #ARGV, ${logArguments} do
  local queue = openQueue(address, ARGV[i], ARGV[i + 4])
  logs[#logs + 1] = followOne(queue, ARGV[i + 1], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3]))
end
noteReader(address, ARGV[5], tonumber(ARGV[6]))
saveAddress(address)
saveSums()
return { echo, removed, now, logs }
`;
