/** "Did you mean …?" */

/** How many single changes (also of two neighbours' order) lead from one text to another. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      current.push(least);
    }
    before = previous;
    previous = current;
  }
  return previous.at(-1) ?? 0;
}

/** The known name nearest to a wrong one, unless all are far. */
export function nearest(wrong: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(wrong.length / 3)) + 1;
  const small = wrong.slice(0, 100).toLowerCase();
  for (const name of known) {
    const changes = distance(small, name.toLowerCase());
    if (changes < least) {
      least = changes;
      best = name;
    }
  }
  return best;
}

/** `; did you mean X?`, or what there is to choose from, or nothing. */
export function suggestion(wrong: string, known: readonly string[]): string {
  const best = nearest(wrong, known);
  if (best !== undefined) return `did you mean "${best}"?`;
  return known.length > 0 && known.length <= 12 ? `known here: ${known.join(', ')}` : '';
}
