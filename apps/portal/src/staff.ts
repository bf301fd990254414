/** The people who work with the portal, known to the page and to the application servers alike. */
export interface Colleague {
  /** The recipient's name on the wire. */
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

/** Everybody on shift. */
export const staff: readonly Colleague[] = [
  { id: 'alice', name: 'Alice Okafor', role: 'Customer care, lead' },
  { id: 'bob', name: 'Bob Lindqvist', role: 'Customer care' },
  { id: 'carol', name: 'Carol Mendes', role: 'Order desk' },
];

/** Their ids: the recipients that the application servers write to. */
export const staffIds: readonly string[] = staff.map((colleague) => colleague.id);
