/** Taking a queue away with everything in it. */
export const removal: string = `
local function removeQueue(queue)
  local keys = call('HLEN', queue.keys)
  local bytes = queue.b + STUB_BYTES + keys * KEY_BYTES
  local held = parkedOf(queue)
  for _, message in ipairs(held) do bytes = bytes + message.size end
  grow(queue.address, -bytes)
  sums.messages = sums.messages - queue.n
  sums.parked = sums.parked - #held
  sums.queues = sums.queues - 1
  local address = queue.address
  address.c = address.c - 1
  address.q[queue.app] = nil
  if address.c == 0 then sums.addresses = sums.addresses - 1 end
  call('HDEL', PREFIX .. 'e', queue.e)
  call('ZREM', PREFIX .. 'd', queue.suffix)
  call('DEL', queue.key, queue.list, queue.aside, queue.keys, queue.topics)
  queue.isRemoved = true
end
`;
