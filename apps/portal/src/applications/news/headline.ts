/** One piece of company news; short enough to travel whole. */
export interface Headline {
  readonly id: string;
  readonly section: Section;
  readonly title: string;
  readonly summary: string;
  readonly author: string;
  readonly publishedMs: number;
}

export type Section = 'Company' | 'People' | 'Products' | 'Operations' | 'Workshop';
