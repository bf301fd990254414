/**
 * CPU of whole polls over a buffer, as the communication server answers them: request, session, cursors, buffer, answer;
 * by the fetch adapter, without the network. Each acknowledges a message and gets the next.
 */
import { createCommunicationServer } from '@pollux/core/server';
import { createFetchHandler } from '@pollux/fetch';

/** @typedef {{ session?: string | undefined, applications?: { orders?: { cursor: string, messages?: unknown[] } } }} Answer */

const rest = (/** @type {number} */ milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * @param {import('@pollux/core/server').MessageBuffer} buffer
 * @param {(from: number, to: number) => Promise<void>} storeAll
 * @param {number} recipients
 * @param {number} rounds
 */
export async function served(buffer, storeAll, recipients, rounds) {
  const server = createCommunicationServer({ applications: { orders: {} }, buffer });
  const handle = createFetchHandler({
    server,
    authenticate: (request) => ({ recipient: request.header('authorization') ?? '' }),
  });
  /** @type {{ session?: string | undefined, seq: number, cursor: string | null }[]} */
  const clients = Array.from({ length: recipients }, () => ({ seq: 0, cursor: null }));

  async function poll(/** @type {number} */ n) {
    const client = clients[n];
    if (client === undefined) throw new Error('there is no such client');
    const { session, cursor } = client;
    const body = JSON.stringify({ v: 1, session, seq: ++client.seq, applications: { orders: { cursor } } });
    const headers = { authorization: `user-${n}`, 'content-type': 'application/json' };
    const response = await handle(new Request('http://localhost/pollux/poll', { method: 'POST', headers, body }));
    if (response.status === 204) return 0;
    const answer = /** @type {Answer} */ (await response.json());
    if (response.status !== 200) throw new Error(`a poll was refused: ${JSON.stringify(answer)}`);
    client.session = answer.session ?? session;
    client.cursor = answer.applications?.orders?.cursor ?? cursor;
    return answer.applications?.orders?.messages?.length ?? 0;
  }

  /** A message for each, published before and read in this round; the time for the reading only. */
  async function round() {
    await storeAll(0, recipients);
    await rest(20);
    const from = cpuMs();
    let read = 0;
    for (let n = 0; n < recipients; n++) {
      read += await poll(n);
      if (n % 100 === 99) await rest(0);
    }
    const used = cpuMs() - from;
    if (read !== recipients) throw new Error(`${read} messages were read of ${recipients}`);
    return used;
  }

  for (let n = 0; n < 10; n++) await round();
  let used = 0;
  for (let n = 0; n < rounds; n++) used += await round();
  // What is written later of what they acknowledged.
  const from = cpuMs();
  await rest(300);
  used += cpuMs() - from;
  await server.close();
  return { servedMicroseconds: (used * 1000) / (rounds * recipients) };
}
