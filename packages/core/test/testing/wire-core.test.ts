import { describe, expect, it } from 'vitest';
import { createCollectingRunner, describeWire, openLoopbackPeer } from '../../src/testing/index.ts';
import { allWireCases } from '../../src/testing/wire-contract/cases/index.ts';
import { coreCases } from '../../src/testing/wire-contract/core-cases.ts';

/** Chapters of docs/protocol.md that speak of how a server behaves; 12 lists the problems that the others name. */
const chapters = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '13', '14'];

function namesOf(cases: 'all' | 'core'): readonly string[] {
  const runner = createCollectingRunner();
  describeWire('loopback', runner, { open: (options) => openLoopbackPeer(options), cases });
  return runner.names.map((name) => name.split(' > ').slice(1).join(' > '));
}

describe('the core of the wire contract', () => {
  it('has 40 cases at least, each once', () => {
    expect(coreCases.length).toBeGreaterThanOrEqual(40);
    expect(new Set(coreCases).size).toBe(coreCases.length);
  });

  it('names only cases that exist, and asks for no capability', () => {
    const titles = allWireCases.filter(({ needs }) => needs === undefined).map(({ clause, title }) => `§${clause} ${title}`);
    expect(coreCases.filter((title) => !titles.includes(title))).toEqual([]);
  });

  it('has something of every chapter', () => {
    const found = new Set(coreCases.map((title) => /^§(\d+)\./.exec(title)?.[1]));
    expect(chapters.filter((chapter) => !found.has(chapter))).toEqual([]);
  });

  it('is what runs where the core is asked for, and nothing else', () => {
    expect(namesOf('core')).toEqual([...coreCases, 'leaves out only cases that exist']);
    expect(namesOf('all').length).toBe(allWireCases.length + 1);
  });

  it('takes what the whole contract leaves out, and still knows a name that is stale', async () => {
    const runner = createCollectingRunner();
    const skips = [
      { test: '§3.11 a client that hangs up a held poll loses nothing that comes after', reason: 'is not in the core' },
      { test: '§3.11 what never was', reason: 'is stale' },
    ];
    describeWire('loopback', runner, { open: (options) => openLoopbackPeer(options), cases: 'core', skips });
    const results = await runner.run({ filter: (name) => name.endsWith('leaves out only cases that exist') });
    expect(results.map(({ error }) => String(error))).toEqual(['Error: ["§3.11 what never was"] does not equal []']);
  });
});
