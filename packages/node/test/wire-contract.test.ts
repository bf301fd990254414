import { describeWire } from '@pollux/core/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openNodePeer } from './node-peer.ts';
import { createRecord, findLeaks, recorded } from './recorded-peer.ts';

const record = createRecord();

beforeAll(() => {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    vi.spyOn(stream, 'write').mockImplementation((...args: unknown[]) => {
      record.said.add(String(args[0]));
      return write(...args);
    });
  }
});
afterAll(() => void vi.restoreAllMocks());

describeWire(
  'node:http',
  { describe, expect, it },
  {
    open: async (options) => {
      const { server, ...peer } = await openNodePeer(options);
      return recorded(peer, record, (listener) => void server.observe(listener));
    },
    capabilities: { raw: true },
  },
);

describe('T14: in all that the server said to all of these', () => {
  it('is no credential, no ticket, no stack and no path of its own', () => {
    expect(record.said.size).toBeGreaterThan(1000);
    expect(record.secrets.size).toBeGreaterThan(30);
    expect(findLeaks(record)).toEqual([]);
  });

  it.each([
    ['a header that repeats the credential', '["x-debug","test.secret"]'],
    ['an event with the credential', '{"kind":"poll-held","token":"test.secret"}'],
    ['a stack', '{"detail":"Error\n    at serve (server.ts:1:2)"}'],
    ['a path', '{"detail":"/srv/packages/core/src/server.ts"}'],
    ['an inner message', '{"detail":"TypeError: x is not a function"}'],
  ])('%s would be found', (_what, text) => {
    expect(findLeaks({ said: new Set(['{}', text]), secrets: new Set(['test.secret']) })).toHaveLength(1);
  });
});
