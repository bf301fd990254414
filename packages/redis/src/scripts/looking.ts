/** Looking without touching: nothing here acknowledges, expires, or skips what a failover may have lost. */

const beginning = `
local call, sub, match = redis.call, string.sub, string.match
local PREFIX = sub(KEYS[1], 1, -2)
local echo = ARGV[1]
`;

/** How much the queues of these names hold: count, bytes, parked, and the oldest message's header. */
export const summarise: string = `${beginning}
local rows = {}
for i = 4, #ARGV do
  local suffix = ARGV[i]
  local first = call('LINDEX', PREFIX .. 'm:' .. suffix, 0)
  rows[#rows + 1] = {
    call('LLEN', PREFIX .. 'm:' .. suffix),
    tonumber(call('HGET', PREFIX .. 'q:' .. suffix, 'b') or 0),
    call('LLEN', PREFIX .. 'x:' .. suffix),
    first and tonumber(match(first, '^%d+ %d+ (%d+)')) or 0,
  }
end
return { echo, {}, rows }
`;

/** The queues of one address, each with its hash, its count of messages and of parked ones, and its oldest. */
export const describe: string = `${beginning}
local rows = {}
for _, field in ipairs(call('HKEYS', PREFIX .. 'a:' .. ARGV[4])) do
  if sub(field, 1, 1) == 'q' then
    local app = sub(field, 2)
    local suffix = app .. ':' .. ARGV[4]
    local first = call('LINDEX', PREFIX .. 'm:' .. suffix, 0)
    rows[#rows + 1] = {
      app,
      call('HGETALL', PREFIX .. 'q:' .. suffix),
      call('LLEN', PREFIX .. 'm:' .. suffix),
      call('LLEN', PREFIX .. 'x:' .. suffix),
      first and tonumber(match(first, '^%d+ %d+ (%d+)')) or 0,
    }
  end
end
return { echo, {}, rows }
`;

/** Messages after a position, pending or parked. */
export const peek: string = `${beginning}
local found, after, limit, isParked = {}, tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7] == '1'
local from = 0
while #found < limit do
  local run = call('LRANGE', PREFIX .. (isParked and 'x:' or 'm:') .. ARGV[4], from, from + 99)
  for _, text in ipairs(run) do
    local element = isParked and match(text, '^[^\\n]*\\n(.*)$') or text
    if #found < limit and tonumber(match(element, '^%d+')) > after then found[#found + 1] = element end
  end
  if #run < 100 then break end
  from = from + 100
end
return { echo, {}, found }
`;

/** Everything in one queue. */
export const dump: string = `${beginning}
local suffix = ARGV[4]
return { echo, {}, {
  call('HGETALL', PREFIX .. 'q:' .. suffix),
  call('LRANGE', PREFIX .. 'm:' .. suffix, 0, -1),
  call('LRANGE', PREFIX .. 'x:' .. suffix, 0, -1),
  call('HGETALL', PREFIX .. 'k:' .. suffix),
} }
`;
