/** Reads a small body the cheapest way that node:http has: one chunk as it came, more of them joined. */
export function readBody(/** @type {import('node:http').IncomingMessage} */ request, /** @type {(body: string) => void} */ done) {
  /** @type {Buffer | undefined} */
  let body;
  request.on('data', (/** @type {Buffer} */ chunk) => {
    body = body === undefined ? chunk : Buffer.concat([body, chunk]);
  });
  request.on('end', () => done(body === undefined ? '' : body.toString()));
}
