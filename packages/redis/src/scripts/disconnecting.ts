/**
 * Whom nodes disconnect, for all other nodes to hear: the last ones, each with its moment and the node that said so. They stand
 * beside the sums of one bucket. Where a node has heard up to is told as the era and the number of all that were said.
 */

/** Names that are kept for nodes that could not be reached. */
const kept = 10_000;
/** Milliseconds of them that a node gets which has heard up to a place that is not known here: after a failover. */
const recentMs = 60_000;

const beginning = `
local call = redis.call
local LIST = string.sub(KEYS[1], 1, -2) .. 'x'
-- A key that never is: while a slot moves, Redis ends a script that touches one it does not have. Better before anything is changed.
call('EXISTS', string.sub(KEYS[1], 1, -2) .. '-')
local time = call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function place()
  local found = call('HMGET', KEYS[1], 'era', 'disconnects')
  return found[1] or '0', tonumber(found[2] or 0)
end
`;

export const disconnect: string = `${beginning}
call('HINCRBY', KEYS[1], 'disconnects', 1)
call('RPUSH', LIST, string.format('%.0f %s %s', now, ARGV[2], ARGV[3]))
call('LTRIM', LIST, -${kept}, -1)
return { ARGV[1] }
`;

/** Who was disconnected by others since the place that a node has heard up to; none for one that only begins to listen. */
export const hear: string = `${beginning}
local era, count = place()
local here = era .. ' ' .. count
local names = {}
if ARGV[3] == here or ARGV[3] == '' then return { ARGV[1], here, names } end
local knownEra, known = string.match(ARGV[3], '^(%S+) (%d+)$')
local isKnown = knownEra == era and tonumber(known) < count
for _, text in ipairs(call('LRANGE', LIST, isKnown and tonumber(known) - count or 0, -1)) do
  local at, node, name = string.match(text, '^(%d+) (%S+) (.*)$')
  if node ~= ARGV[2] and (isKnown or now - tonumber(at) < ${recentMs}) then names[#names + 1] = name end
end
return { ARGV[1], here, names }
`;
