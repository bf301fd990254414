import { readFileSync } from 'node:fs';
import { defaultLimits, problems } from '@pollux/core';
import { createCollectingRunner, describeMessageBuffer, describeWire, openLoopbackPeer } from '@pollux/core/testing';
import { describe, expect, it } from 'vitest';

const text = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
const clauses = new Set([...text.matchAll(/^\*\*(\d+\.\d+)\*\*/gm)].map(([, clause = '']) => clause));

function gather(): readonly string[] {
  const runner = createCollectingRunner();
  describeWire('w', runner, { open: (options) => openLoopbackPeer(options), capabilities: { raw: true } });
  describeMessageBuffer('b', runner, {
    open: () => {
      throw new Error('only gathered, never run');
    },
  });
  return runner.names.filter((name) => !name.endsWith('leaves out only cases that exist'));
}

describe('docs/protocol.md', () => {
  it('lists every problem code with its status, and no other', () => {
    const table = text.slice(text.indexOf('**12.2**'), text.indexOf('**12.3**'));
    const listed = [...table.matchAll(/`([a-z-]+)` \| (\d{3})/g)].map(([, code = '', status]) => [code, Number(status)] as const);
    expect(Object.fromEntries(listed)).toEqual(
      Object.fromEntries(Object.entries(problems).map(([code, { status }]) => [code, status])),
    );
  });

  it('lists every limit', () => {
    const table = text.slice(text.indexOf('**13.1**'), text.indexOf('## 14'));
    expect([...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name).sort()).toEqual(Object.keys(defaultLimits).sort());
  });

  it('has every clause that a contract case cites', () => {
    const cited = new Set(gather().map((name) => / > §([\d.]+) /.exec(name)?.[1] ?? 'port'));
    expect([...cited].filter((clause) => clause !== 'port' && !clauses.has(clause))).toEqual([]);
  });

  it('numbers its clauses in order, each once', () => {
    const numbers = [...text.matchAll(/^\*\*(\d+)\.(\d+)\*\*/gm)].map(
      ([, section, clause]) => [Number(section), Number(clause)] as const,
    );
    for (const [index, [section, clause]] of numbers.entries()) {
      const [before, last] = numbers[index - 1] ?? [0, 0];
      expect([section, clause]).toEqual(section === before ? [before, last + 1] : [before + 1, 1]);
    }
  });

  it('is checked by at least 250 cases of the wire, no two of one name', () => {
    const names = gather();
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.startsWith('wire contract')).length).toBeGreaterThanOrEqual(250);
  });
});
