import { readFileSync } from 'node:fs';
import { createCommunicationServer } from '@pollux/core/server';
import { describe, expect, it } from 'vitest';
import { configurationSchema, type Outline, settings } from '../../src/configuration/outline.ts';

describe('hub.schema.json', () => {
  it('is the one that the definition makes (npm run schema makes it anew)', () => {
    const checkedIn: unknown = JSON.parse(readFileSync(new URL('../../hub.schema.json', import.meta.url), 'utf8'));
    expect(checkedIn).toEqual(JSON.parse(JSON.stringify(configurationSchema)));
  });

  it('describes every setting', () => {
    const undescribed: string[] = [];
    const walk = (outline: Outline, path: string): void => {
      for (const [name, inner] of Object.entries(outline.properties ?? {})) {
        if (!inner.description) undescribed.push(`${path}${name}`);
        walk(inner, `${path}${name}.`);
      }
      if (typeof outline.additionalProperties === 'object') walk(outline.additionalProperties, `${path}*.`);
      if (outline.items) walk(outline.items, `${path}[].`);
    };
    walk(configurationSchema as Outline, '');
    expect(undescribed).toEqual([]);
  });

  it('refuses settings that are unknown', () => {
    expect(configurationSchema).toMatchObject({ additionalProperties: false, required: ['applications', 'identity'] });
  });
});

describe('the bounds', () => {
  const limits = Object.entries((configurationSchema as Outline).properties?.['limits']?.properties ?? {});

  it.each(limits)('%s may be as small and as large as the server takes it', (name, outline) => {
    const { minimum, maximum } = outline as { minimum: number; maximum: number };
    // A hold as long as can be leaves room for any spread.
    const hold = { holdSeconds: 55, holdSpreadSeconds: 0 };
    for (const value of [minimum, maximum]) {
      expect(() => createCommunicationServer({ applications: { orders: {} }, limits: { ...hold, [name]: value } })).not.toThrow();
    }
  });
});

describe('the environment', () => {
  it('has a variable of its own for every setting', () => {
    const variables = settings.map(({ variable }) => variable);
    expect(new Set(variables).size).toBe(variables.length);
    expect(variables).toEqual(
      expect.arrayContaining([
        'POLLUX_LISTEN_HOST',
        'POLLUX_BASE_PATH',
        'POLLUX_ORIGINS',
        'POLLUX_APPLICATIONS',
        'POLLUX_IDENTITY_TOKENS_SECRET',
        'POLLUX_IDENTITY_DEVELOPMENT_SIGN_IN',
        'POLLUX_LIMITS_HELD_POLLS_PER_RECIPIENT',
        'POLLUX_ADMIN_CREDENTIALS',
        'POLLUX_ADMIN_ALLOW_REMOTE',
      ]),
    );
  });
});
