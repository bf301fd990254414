import { type Chance, createDeck } from '../shared/random.ts';
import type { Call, Caller } from './call.ts';

/** Who calls, at which desk and why. */
export type Story = Pick<Call, 'caller' | 'desk' | 'subject'>;

// The numbers are those that Ofcom keeps for fiction.
const callers: readonly [Caller, ...Caller[]] = [
  { name: 'Margaret Holloway', town: 'Leeds', number: '0113 496 0117' },
  { name: 'Samir Patel', town: 'Leicester', number: '0116 496 0284' },
  { name: 'Hotel Belvedere', town: 'Bath', number: '01632 960 441' },
  { name: 'Ingrid Sørensen', town: 'Edinburgh', number: '0131 496 0390' },
  { name: 'Tom Whitcombe', town: 'Bristol', number: '0117 496 0752' },
  { name: 'Chiara Romano', town: 'Cardiff', number: '029 2018 0268' },
  { name: 'Fernway Primary School', town: 'Sheffield', number: '0114 496 0935' },
  { name: 'Duncan McAllister', town: 'Glasgow', number: '0141 496 0626' },
  { name: 'Yuki Tanaka', town: 'London', number: '020 7946 0583' },
  { name: 'Café Lumière', town: 'Brighton', number: '01632 960 818' },
  { name: 'Olu Adeyemi', town: 'Manchester', number: '0161 496 0371' },
  { name: 'Bethan Rhys', town: 'Swansea', number: '01632 960 205' },
  { name: 'Priya Raman', town: 'Reading', number: '0118 496 0149' },
  { name: 'Studio Kestrel', town: 'Newcastle', number: '0191 498 0667' },
  { name: 'George Amherst', town: 'Norwich', number: '01632 960 534' },
  { name: 'Lena Vogt', town: 'Oxford', number: '01632 960 972' },
];

type Subject = Pick<Story, 'desk' | 'subject'>;

const subjects: readonly [Subject, ...Subject[]] = [
  { desk: 'Delivery', subject: 'Can the sofa come on Saturday morning?' },
  { desk: 'Delivery', subject: 'Driver cannot find the yard entrance' },
  { desk: 'Delivery', subject: 'Two of six chairs arrived' },
  { desk: 'Returns', subject: 'Table leg cracked in transit' },
  { desk: 'Returns', subject: 'Wants the oak finish instead of walnut' },
  { desk: 'Returns', subject: 'Lamp hums when dimmed' },
  { desk: 'Billing', subject: 'Invoice shows the old address' },
  { desk: 'Billing', subject: 'Asks for payment in three parts' },
  { desk: 'Billing', subject: 'Discount of the spring fair is missing' },
  { desk: 'Trade', subject: 'Quote for 40 bedside tables' },
  { desk: 'Trade', subject: 'Fire certificate for the lounge fabric' },
  { desk: 'Trade', subject: 'Reorder of last year’s classroom shelves' },
  { desk: 'Advice', subject: 'Which oil for an untreated worktop?' },
  { desk: 'Advice', subject: 'Will the wardrobe fit under a 2.2 m ceiling?' },
];

/** Tells one caller's story after another; a caller does not come back before everybody else has called. */
export function createStories(chance: Chance): () => Story {
  const caller = createDeck(callers, chance);
  const subject = createDeck(subjects, chance);
  return () => ({ caller: caller(), ...subject() });
}
