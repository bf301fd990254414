import type { RoutingGraph } from '@pollux/admin/contract';
import { expect, it } from 'vitest';
import { layOut } from '../src/lib/routing-layout.ts';

const accepted = [{ application: 'orders', to: 'recipient' as const, messages: 3 }];
const delivered = (from: 'recipient' | 'everyone') => [{ application: 'orders', from, recipient: 'alice', messages: 3 }];

/** Where the middle of each column is said to be, of a graph 210 wide. */
function columnsOf(graph: Pick<RoutingGraph, 'accepted' | 'delivered'>) {
  const found = layOut(
    { ...graph, applications: [{ name: 'orders' }], recipients: [{ recipient: 'alice' }] } as unknown as RoutingGraph,
    210,
    100,
  );
  return Object.fromEntries(found?.nodes.map(({ id, x0 }) => [id, x0]) ?? []);
}

it('has every node below its heading, whether messages went all the way or not', () => {
  const all = { 'app orders': 0, 'buffer recipient': 100, 'recipient alice': 200 };
  expect(columnsOf({ accepted, delivered: delivered('recipient') })).toEqual(all);
  expect(columnsOf({ accepted, delivered: [] })).toEqual({ 'app orders': 0, 'buffer recipient': 100 });
  expect(columnsOf({ accepted: [], delivered: delivered('recipient') })).toEqual({
    'buffer recipient': 100,
    'recipient alice': 200,
  });
  expect(columnsOf({ accepted, delivered: delivered('everyone') })).toEqual({ ...all, 'buffer everyone': 100 });
  expect(columnsOf({ accepted: [], delivered: [] })).toEqual({});
});
