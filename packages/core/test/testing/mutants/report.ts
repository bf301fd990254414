/** The table of seeded faults and the cases that caught them. */

/** The clause and title in a case's full name. */
export function caseOf(name: string): { readonly clause: string; readonly title: string } {
  const own = name.split(' > ').slice(1).join(' > ');
  const clause = own.startsWith('port: ') ? 'port' : (/^§([\d.]+) /.exec(own)?.[1] ?? '');
  return { clause, title: own };
}

export interface Report {
  readonly count: number;
  note(mutant: string, caughtBy: string | undefined): void;
  print(): void;
}

/** Makes the table of one suite. */
export function report(suite: string): Report {
  const rows: (readonly [string, string])[] = [];
  return {
    get count() {
      return rows.length;
    },
    note: (mutant, caughtBy) => void rows.push([mutant, caughtBy === undefined ? 'NOT CAUGHT' : caseOf(caughtBy).title]),
    print: () => {
      const width = Math.max(...rows.map(([mutant]) => mutant.length));
      const lines = rows.map(([mutant, title]) => `  ${mutant.padEnd(width)}  ${title}`);
      console.log(`${rows.length} seeded faults, caught by the ${suite}:\n${lines.join('\n')}`);
    },
  };
}
