import { type Chance, createDeck } from '../shared/random.ts';
import type { Order, OrderLine } from './order.ts';

interface Article {
  readonly article: string;
  /** In pence. */
  readonly price: number;
  readonly most: number;
}

const articles: readonly [Article, ...Article[]] = [
  { article: 'Skerry oak shelf', price: 8_900, most: 4 },
  { article: 'Harbour dining table', price: 64_900, most: 1 },
  { article: 'Tern chair', price: 14_500, most: 6 },
  { article: 'Lantern floor lamp', price: 17_900, most: 2 },
  { article: 'Fathom sofa, 3 seats', price: 129_000, most: 1 },
  { article: 'Driftwood mirror', price: 12_400, most: 2 },
  { article: 'Bosun desk', price: 42_000, most: 2 },
  { article: 'Wool throw, slate', price: 6_900, most: 4 },
  { article: 'Quay bedside table', price: 11_900, most: 2 },
  { article: 'Linen curtains, pair', price: 9_800, most: 4 },
  { article: 'Cove armchair', price: 48_500, most: 2 },
  { article: 'Stoneware set, 12 pieces', price: 13_200, most: 2 },
];

type Customer = Pick<Order, 'customer' | 'town'>;

const customers: readonly [Customer, ...Customer[]] = [
  { customer: 'Hannah Brandt', town: 'York' },
  { customer: 'The Gull & Anchor', town: 'Whitby' },
  { customer: 'Kwame Mensah', town: 'London' },
  { customer: 'Rosalind Pike', town: 'Exeter' },
  { customer: 'Nordlicht Studio', town: 'Bristol' },
  { customer: 'Amira Haddad', town: 'Birmingham' },
  { customer: 'J. & P. Fairweather', town: 'Perth' },
  { customer: 'Mateo Herrera', town: 'Liverpool' },
  { customer: 'Oakhurst Surgery', town: 'Guildford' },
  { customer: 'Siobhán Keane', town: 'Belfast' },
  { customer: 'Library of St Ives', town: 'St Ives' },
  { customer: 'Daniel Osei', town: 'Nottingham' },
  { customer: 'Marta Kowalska', town: 'Aberdeen' },
  { customer: 'Theo Laurent', town: 'Cambridge' },
  { customer: 'Pearl Street Dental', town: 'Manchester' },
  { customer: 'Wen Li', town: 'Southampton' },
  { customer: 'Isla Buchanan', town: 'Inverness' },
  { customer: 'Harriet Cole', town: 'Canterbury' },
];

/** What a customer orders. */
export type Basket = Pick<Order, 'customer' | 'town' | 'lines' | 'total'>;

/** Fills one basket after another. */
export function createBaskets(chance: Chance): () => Basket {
  const customer = createDeck(customers, chance);
  const article = createDeck(articles, chance);
  return () => {
    const chosen = Array.from({ length: chance.happens(0.35) ? 2 : 1 }, () => {
      const { article: name, price, most } = article();
      const count = chance.between(1, most);
      return { line: { count, article: name } satisfies OrderLine, price: count * price };
    });
    return {
      ...customer(),
      lines: chosen.map(({ line }) => line),
      total: chosen.reduce((sum, { price }) => sum + price, 0),
    };
  };
}
