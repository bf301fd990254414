/** A body in a coding that the server does not undo is refused, not guessed at (§2.4). */
import { createTestCredentials, defaultPeerOptions, type WirePeer } from '@pollux/core/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openNodePeer } from './node-peer.ts';

let peer: WirePeer;
beforeAll(async () => {
  peer = await openNodePeer(defaultPeerOptions());
});
afterAll(() => peer[Symbol.asyncDispose]());

const { authorization = '' } = createTestCredentials(Date.now).authorization('alice');
const body = '{"applications":{}}';

function poll(coding: string): Promise<string | undefined> | undefined {
  const head = `POST /pollux/poll HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: ${authorization}\r\n`;
  return peer.raw?.(
    `${head}Transfer-Encoding: ${coding}\r\nConnection: close\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  );
}

it('chunked alone is understood, in any case', async () => {
  expect(await poll('chunked')).toMatch(/^HTTP\/1\.1 200 /);
  expect(await poll('Chunked')).toMatch(/^HTTP\/1\.1 200 /);
});

it.each(['gzip, chunked', 'identity, chunked', 'deflate,chunked'])('%s gets 501, naming the header', async (coding) => {
  const answer = await poll(coding);
  expect(answer).toMatch(/^HTTP\/1\.1 501 /);
  expect(answer).toContain('"code":"unsupported-transfer-coding"');
  expect(answer).toContain('"field":"transfer-encoding"');
});
