/** Looking without touching: nothing here acknowledges or expires, or notes what a failover may have lost. */
import { skipped } from './base.ts';

const beginning = `
local call, sub, match = redis.call, string.sub, string.match
local PREFIX = sub(KEYS[1], 1, -2)
local echo = ARGV[1]

local function recordAt(key)
  local raw = call('GET', key)
  return raw and cmsgpack.unpack(raw)
end

local function textOf(value)
  return type(value) == 'number' and string.format('%.0f', value) or value
end

-- Fields and values in turns; places of sessions behind an S, as "handled until".
local function fieldsOf(record)
  local fields = {}
  for field, value in pairs(record) do
    if field == 'p' then
      for session, place in pairs(value) do
        fields[#fields + 1] = 'S' .. session
        fields[#fields + 1] = textOf(place[1]) .. ' ' .. textOf(place[2])
      end
    else
      fields[#fields + 1] = field
      fields[#fields + 1] = textOf(value)
    end
  end
  return fields
end
`;

/** Arguments of one queue that is looked at, in this order. */
const lookedArguments = 4;

/**
 * Which of these queues are others than they were, by their places among the arguments: most of what held polls ask. They
 * may belong to several buckets, each named by its sums, as long as all are here.
 */
export const look: string = `${beginning}
local eras, others = {}, {}

local function eraOf(totals)
  eras[totals] = eras[totals] or call('HGET', totals, 'era') or '0'
  return eras[totals]
end

for i = 4, #ARGV, ${lookedArguments} do
  local record = recordAt(sub(ARGV[i], 1, -2) .. 'q:' .. ARGV[i + 1])
  if not record or record.e ~= ARGV[i + 2] or record.l ~= tonumber(ARGV[i + 3]) or record.g ~= eraOf(ARGV[i]) then
    others[#others + 1] = (i - 4) / ${lookedArguments}
  end
end
return { echo, {}, others }
`;

/** How much the queues of these names hold: count, bytes, parked, and the oldest message's header. */
export const summarise: string = `${beginning}
local rows = {}
for i = 4, #ARGV do
  local suffix = ARGV[i]
  local first = call('LINDEX', PREFIX .. 'm:' .. suffix, 0)
  local record = recordAt(PREFIX .. 'q:' .. suffix) or { n = 0, b = 0 }
  rows[#rows + 1] = {
    record.n,
    record.b,
    call('LLEN', PREFIX .. 'x:' .. suffix),
    first and tonumber(match(first, '^%d+ %d+ (%d+)')) or 0,
  }
end
return { echo, {}, rows }
`;

/**
 * The queues of one address, each with its fields, its count of parked messages, and when its oldest was accepted; before
 * them the moment, by which places are kept.
 */
export const describe: string = `${beginning}
local rows, now = {}, tonumber(ARGV[3])
if now == 0 then
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local address = recordAt(PREFIX .. 'a:' .. ARGV[4]) or { q = {} }
for app in pairs(address.q) do
  local suffix = app .. ':' .. ARGV[4]
  local record = recordAt(PREFIX .. 'q:' .. suffix)
  local first = call('LINDEX', PREFIX .. 'm:' .. suffix, 0)
  rows[#rows + 1] = {
    app,
    fieldsOf(record),
    call('LLEN', PREFIX .. 'x:' .. suffix),
    first and tonumber(match(first, '^%d+ %d+ (%d+)')) or 0,
  }
end
return { echo, {}, { now, rows } }
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

/**
 * Everything in one queue. One that nobody touched since a failover skips here what may be lost, as the next touch would:
 * where it is imported its positions are given on, and no era tells.
 */
export const dump: string = `${beginning}
local suffix = ARGV[4]
local record = recordAt(PREFIX .. 'q:' .. suffix) or {}
if record.e and record.g ~= (call('HGET', KEYS[1], 'era') or '0') then
  local last = record.l + ${skipped}
  record.L = string.format('%sz%.0f %.0f -;', record.L or '', record.l + 1, last)
  record.l = last
end
return { echo, {}, {
  fieldsOf(record),
  call('LRANGE', PREFIX .. 'm:' .. suffix, 0, -1),
  call('LRANGE', PREFIX .. 'x:' .. suffix, 0, -1),
  call('HGETALL', PREFIX .. 'k:' .. suffix),
} }
`;
