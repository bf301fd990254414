import type { Headline } from './headline.ts';

/** A headline that waits to be published. */
export type Draft = Pick<Headline, 'section' | 'title' | 'summary' | 'author'>;

const newsroom = 'Newsroom';
const shopFloor = 'Dele Akande';
const facilities = 'Ruth Castell';

/** What the newsroom has in its drawer. */
export const drafts: readonly [Draft, ...Draft[]] = [
  {
    section: 'Products',
    title: 'The Fathom sofa goes into its second season',
    summary: 'Three new fabrics from the mill in Galashiels, in the shops from Monday.',
    author: newsroom,
  },
  {
    section: 'Operations',
    title: 'Night loading at the Avonmouth depot starts this week',
    summary: 'Vans leave two hours earlier; Saturday slots grow by a third.',
    author: shopFloor,
  },
  {
    section: 'People',
    title: 'Welcome, Mirela and Josh',
    summary: 'Two upholsterers join the workshop in Frome, both trained in our own school.',
    author: 'People team',
  },
  {
    section: 'Company',
    title: 'Customer score reaches 4.8',
    summary: 'The best quarter since we began to ask. Thank you, care team.',
    author: newsroom,
  },
  {
    section: 'Workshop',
    title: 'Offcuts become toys again',
    summary: 'Friday’s charity bench has room for twelve. Bring a smile, we have the beech.',
    author: facilities,
  },
  {
    section: 'Operations',
    title: 'Lift 2 in the Leeds showroom is back',
    summary: 'Heavy goods may use it from noon.',
    author: facilities,
  },
  {
    section: 'Products',
    title: 'Tern chair passes the 50,000 cycle test',
    summary: 'The new joint holds; the trade warranty goes up to ten years.',
    author: 'Product lab',
  },
  {
    section: 'Company',
    title: 'Harbour & Vale opens in Cork',
    summary: 'Our first shop across the water, with a café by Lumière.',
    author: newsroom,
  },
  {
    section: 'People',
    title: 'Thirty years of Brenda',
    summary: 'Cake at three in the Bristol canteen. She says no speeches; there will be one.',
    author: 'People team',
  },
  {
    section: 'Operations',
    title: 'Road works on the A38 until Thursday',
    summary: 'Allow twenty minutes more for Exeter and Plymouth rounds.',
    author: shopFloor,
  },
  {
    section: 'Products',
    title: 'Linen curtains: the sage batch is approved',
    summary: 'Colour differs by less than one step. Held orders may be released.',
    author: 'Product lab',
  },
  {
    section: 'Company',
    title: 'Spring fair brought 2,140 new customers',
    summary: 'A third of them ordered within the week. The figures are on the intranet.',
    author: newsroom,
  },
  {
    section: 'Workshop',
    title: 'New saw, less dust',
    summary: 'The extraction in hall B is finished. Masks stay on for sanding.',
    author: facilities,
  },
  {
    section: 'People',
    title: 'Cycle scheme: sign up by Friday',
    summary: 'Forty of you ride already. Showers on floor 1 open at seven.',
    author: 'People team',
  },
  {
    section: 'Operations',
    title: 'Stocktake on Sunday, six to ten',
    summary: 'Double time, breakfast included. Lists hang at the gates.',
    author: shopFloor,
  },
  {
    section: 'Products',
    title: 'Lantern lamp: new dimmer in the box',
    summary: 'Ends the hum that some callers report. Exchange kits are free.',
    author: 'Product lab',
  },
  {
    section: 'Company',
    title: 'All our oak is now certified to the tree',
    summary: 'Scan the mark under each table to see the forest it came from.',
    author: newsroom,
  },
  {
    section: 'Workshop',
    title: 'Finishing school: six places left',
    summary: 'Two days on oil, wax and soap, open to every team.',
    author: facilities,
  },
  {
    section: 'Operations',
    title: 'Returns desk moves to gate 4',
    summary: 'From tomorrow. The signs are up, the kettle is not yet.',
    author: shopFloor,
  },
  {
    section: 'People',
    title: 'Quiz night: the order desk keeps the cup',
    summary: 'By one point, over a question about otters.',
    author: 'People team',
  },
];
