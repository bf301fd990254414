/** Lays the routing graph out: publishing applications, the buffer's kinds of address, recipients. */
import type { AddressKind, RoutingGraph } from '@pollux/admin/contract';
import { sankey, sankeyJustify, sankeyLinkHorizontal } from 'd3-sankey';
import { plural } from './format.ts';

export interface PlacedNode {
  readonly id: string;
  readonly kind: 'application' | 'buffer' | 'recipient';
  readonly name: string;
  readonly messages: number;
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

export interface PlacedLink {
  readonly id: string;
  readonly application: string;
  readonly from: string;
  readonly to: string;
  readonly messages: number;
  readonly medianMs: number | undefined;
  readonly path: string;
  readonly width: number;
}

export interface RoutingLayout {
  readonly nodes: readonly PlacedNode[];
  readonly links: readonly PlacedLink[];
}

interface NodeData {
  id: string;
  kind: PlacedNode['kind'];
  name: string;
}

interface LinkData {
  from: string;
  to: string;
  /** What its width is drawn from. */
  value: number;
  application: string;
  messages: number;
  medianMs: number | undefined;
}

export const bufferNames: Readonly<Record<AddressKind, string>> = {
  recipient: 'Recipients',
  group: 'Groups',
  everyone: 'Everyone',
};

/** What recipients are called that the graph does not tell apart. */
export function othersName(others: number): string {
  return others > 0 ? plural(others, 'other') : 'others';
}

function linksOf(graph: RoutingGraph): LinkData[] {
  const accepted = graph.accepted.map(({ application, to, messages }) => ({
    from: `app ${application}`,
    to: `buffer ${to}`,
    application,
    messages,
    medianMs: undefined,
  }));
  const delivered = graph.delivered.map(({ application, from, recipient, messages, medianMs }) => ({
    from: `buffer ${from}`,
    to: `recipient ${recipient}`,
    application,
    messages,
    medianMs,
  }));
  const all = [...accepted, ...delivered];
  // A thread that carries one message beside one with thousands must still be seen.
  const least = Math.max(...all.map((link) => link.messages), 1) / 120;
  return all.map((link) => ({ ...link, value: Math.max(link.messages, least) }));
}

function nodesOf(graph: RoutingGraph, links: readonly LinkData[]): NodeData[] {
  const used = new Set(links.flatMap((link) => [link.from, link.to]));
  const kinds: AddressKind[] = ['recipient', 'group', 'everyone'];
  const nodes: NodeData[] = [
    ...graph.applications.map(({ name }) => ({ id: `app ${name}`, kind: 'application' as const, name })),
    ...kinds.map((kind) => ({ id: `buffer ${kind}`, kind: 'buffer' as const, name: kind })),
    ...graph.recipients.map(({ recipient }) => ({ id: `recipient ${recipient}`, kind: 'recipient' as const, name: recipient })),
    { id: 'recipient ', kind: 'recipient', name: '' },
  ];
  return nodes.filter((node) => used.has(node.id));
}

function sumOf(links: readonly LinkData[], id: string, kind: PlacedNode['kind']): number {
  const end = kind === 'application' ? 'from' : 'to';
  return links.filter((link) => link[end] === id).reduce((sum, link) => sum + link.messages, 0);
}

/**
 * The layout counts columns by the longest chain. Where none goes from an application to a recipient, these make it three,
 * so that every node stands below its heading; they are thinner than can be seen.
 */
const spine = ['application', 'buffer', 'recipient'].map((kind) => ({ id: `spine ${kind}`, kind, name: '' }) as NodeData);
const spineLinks = [0, 1].map((at) => ({ from: spine[at]?.id ?? '', to: spine[at + 1]?.id ?? '', value: 1e-6 }) as LinkData);

function isChained(links: readonly LinkData[]): boolean {
  const reached = new Set(links.map((link) => link.to));
  return links.some((link) => reached.has(link.from));
}

const columns: Readonly<Record<PlacedNode['kind'], number>> = { application: 0, buffer: 1, recipient: 2 };

/** Places of everything that carried a message in the window; undefined when nothing did. */
export function layOut(graph: RoutingGraph, width: number, height: number): RoutingLayout | undefined {
  const links = linksOf(graph);
  if (links.length === 0) return undefined;
  const isShort = !isChained(links);
  const nodes = [...nodesOf(graph, links), ...(isShort ? spine : [])];
  const make = sankey<NodeData, LinkData>()
    .nodeId((node) => node.id)
    .nodeWidth(10)
    .nodePadding(18)
    .nodeAlign((node, count) => Math.min(columns[node.kind] ?? sankeyJustify(node, count), count - 1))
    .nodeSort((a, b) => nodes.findIndex((node) => node.id === a.id) - nodes.findIndex((node) => node.id === b.id))
    .extent([
      [0, 8],
      [width, height - 8],
    ]);
  const placed = make({
    nodes: nodes.map((node) => ({ ...node })),
    links: [...links, ...(isShort ? spineLinks : [])].map((link) => ({ ...link, source: link.from, target: link.to })),
  });
  const path = sankeyLinkHorizontal<NodeData, LinkData>();
  return {
    nodes: placed.nodes
      .slice(0, isShort ? -spine.length : undefined)
      .map(({ id, kind, name, x0 = 0, x1 = 0, y0 = 0, y1 = 0 }) => ({
        id,
        kind,
        name,
        x0,
        x1,
        y0,
        y1,
        messages: sumOf(links, id, kind),
      })),
    links: placed.links.slice(0, links.length).map((link, index) => {
      const { from, to, application, messages, medianMs } = link;
      return {
        id: `${index}`,
        application,
        from,
        to,
        messages,
        medianMs,
        path: path(link) ?? '',
        width: Math.max(1.5, link.width ?? 0),
      };
    }),
  };
}
