import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { guide } from '../demonstration/guide.mjs';
import { addresses } from '../demonstration/processes.mjs';
import { inRoot } from '../lib/root.mjs';
import { commandsBelow, pastedExample } from '../newcomer/documents.mjs';

const ports = { hub: 1, admin: 2, portal: 3, calls: 4, orders: 5, news: 6 };

describe('what a newcomer is told to type', () => {
  it('is found in what npm start prints', () => {
    const printed = guide(addresses(ports, '/pollux'), 'a password');
    expect(commandsBelow(printed, 'Receive as alice')).toMatch(/^TOKEN=[\s\S]*\n {2}-d '\{.*\}'$/);
    expect(commandsBelow(printed, 'Publish')).toMatch(/^export POLLUX_URL=http:\/\/127\.0\.0\.1:1\/pollux\n[\s\S]*'$/);
    expect(commandsBelow(printed, 'No such heading')).toBe('');
  });

  it('is found in the README, with what it promises to print', () => {
    const example = pastedExample(readFileSync(inRoot('README.md'), 'utf8'));
    expect(example).toMatchObject({ fileName: expect.stringMatching(/\.mjs$/), prints: expect.stringMatching(/./) });
    expect(example?.code).toContain("from '@pollux/core/server'");
  });

  it('is undefined in a document without an example', () => {
    expect(pastedExample('```js\nconst nameless = true;\n```\n')).toBeUndefined();
  });
});
