import type { RoutingGraph } from '@pollux/admin/contract';
import { mount } from '@vue/test-utils';
import { expect, it } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import RoutingDiagram from '../src/components/routing/RoutingDiagram.vue';
import RoutingTable from '../src/components/routing/RoutingTable.vue';

const graph: RoutingGraph = {
  windowSeconds: 60,
  nowMs: 0,
  applications: [{ name: 'orders', sessions: 1 }],
  accepted: [{ application: 'orders', to: 'recipient', messages: 10 }],
  delivered: [
    { application: 'orders', from: 'recipient', recipient: 'alice', messages: 9, medianMs: 5 },
    { application: 'orders', from: 'recipient', recipient: '', messages: 1 },
  ],
  recipients: [{ recipient: 'alice', sessions: 1, pending: 0, applications: ['orders'] }],
  others: 2,
  waiting: { recipient: 1, group: 0, everyone: 0 },
  partial: false,
};

function global() {
  const routes = [{ path: '/live', name: 'live', component: { render: () => null } }];
  return { plugins: [createRouter({ history: createMemoryHistory(), routes })] };
}

it('every thread is a link with a sentence: it can be reached and heard without a mouse', () => {
  const view = mount(RoutingDiagram, { props: { graph }, global: global() });
  expect(view.attributes('role')).not.toBe('img');
  expect(
    view.findAll('a').map((link) => [link.element.namespaceURI, link.attributes('href'), link.attributes('aria-label')]),
  ).toEqual(
    [
      ['/live?app=orders', 'orders to Recipients, orders: 10 messages, 10/min'],
      ['/live?app=orders&to=alice', 'Recipients to alice, orders: 9 messages, 9/min, median delay 5 ms'],
      ['/live?app=orders', 'Recipients to 2 others, orders: 1 message, 1/min'],
    ].map((each) => ['http://www.w3.org/2000/svg', ...each]),
  );
});

it('the table says the same, also of what nobody has got yet', () => {
  const view = mount(RoutingTable, { props: { graph: { ...graph, delivered: graph.delivered.slice(0, 1) } }, global: global() });
  expect(view.findAll('tbody tr').map((row) => row.findAll('td').map((cell) => cell.text()))).toEqual([
    ['orders', 'Recipients', 'accepted into the buffer', '10', '10', '–'],
    ['orders', 'Recipients', 'alice', '9', '9.0', '5 ms'],
  ]);
});
