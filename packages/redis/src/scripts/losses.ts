/** The ledger of a queue's losses, `reason from to count;` each, and the notes of endings: as the core keeps them in memory. */
export const losses: string = `
local function lossesOf(queue)
  if not queue.losses then
    queue.losses = {}
    for reason, from, to, count in string.gmatch(queue.L or '', '(%a)(%d+) (%d+) (%S+);') do
      queue.losses[#queue.losses + 1] = { reason, tonumber(from), tonumber(to), tonumber(count) }
    end
  end
  return queue.losses
end

local function mergeOldest(ledger)
  for i = 1, #ledger do
    local first = ledger[i]
    for j = i + 1, #ledger do
      local second = ledger[j]
      if second[1] == first[1] then
        local count = first[4] and second[4] and first[4] + second[4]
        table.remove(ledger, j)
        ledger[i] = { first[1], math.min(first[2], second[2]), math.max(first[3], second[3]), count or nil }
        return
      end
    end
  end
end

local function writeLosses(queue)
  local parts = {}
  for i, loss in ipairs(queue.losses) do
    parts[i] = loss[1] .. loss[2] .. ' ' .. loss[3] .. ' ' .. (loss[4] or '-') .. ';'
  end
  queue:set('L', concat(parts))
end

local function addLoss(queue, reason, position)
  local ledger = lossesOf(queue)
  queue.hasLost = true
  for i = #ledger, 1, -1 do
    local loss = ledger[i]
    if loss[1] == reason then
      if loss[3] == position - 1 and loss[4] == loss[3] - loss[2] + 1 then
        ledger[i] = { reason, loss[2], position, loss[4] + 1 }
        return
      end
      break
    end
  end
  ledger[#ledger + 1] = { reason, position, position, 1 }
  if #ledger > LEDGER then mergeOldest(ledger) end
end

local function noteEnding(queue, position, reason)
  local endings = (queue.E or '') .. reason .. position .. ';'
  local _, count = string.gsub(endings, ';', '')
  if count > ENDINGS then endings = sub(endings, find(endings, ';', 1, true) + 1) end
  queue:set('E', endings)
end
`;
