/** Splits JSON text into coloured pieces without loading an editor. */
export interface Token {
  readonly kind: 'key' | 'string' | 'number' | 'word' | 'mark';
  readonly text: string;
}

// A string that was cut off goes to the end of the text, rather than in pieces from each of its quotes.
const pattern = /("(?:[^"\\]|\\.)*(?:"|\\?$))(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|([^"\-\dtfn]+|.)/gs;

export function tokenize(json: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const [, quoted, colon, number, word, mark] of json.matchAll(pattern)) {
    if (quoted !== undefined) {
      tokens.push({ kind: colon === undefined ? 'string' : 'key', text: quoted });
      if (colon !== undefined) tokens.push({ kind: 'mark', text: colon });
    } else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark });
  }
  return tokens;
}
