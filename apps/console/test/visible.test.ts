/** Names and texts with signs that turn the direction of text: without being shown, they make one name read as another. */
import type { JourneyView } from '@pollux/admin/contract';
import { mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import AddressTag from '../src/components/ui/AddressTag.vue';
import JsonView from '../src/components/ui/JsonView.vue';
import { subjectOf, targetOf } from '../src/lib/feed.ts';
import { stagesOf } from '../src/lib/journey.ts';
import { visible } from '../src/lib/visible.ts';

/** A browser shows it as `alice`. */
const name = '\u202eecila';
const shown = '\\u202eecila';

describe('signs that turn the direction of text', () => {
  it('are shown in names and reasons', () => {
    expect(mount(AddressTag, { props: { address: { kind: 'recipient', name } } }).text()).toContain(shown);
    const row = { seq: 1, atMs: 1, recipient: name, reason: name };
    expect(targetOf({ ...row, kind: 'delivered' })).toBe(shown);
    expect(subjectOf({ ...row, kind: 'failed' })).toBe(shown);
    const step = { kind: 'failed', atMs: 1, session: 's', recipient: name, reason: name } as const;
    const recorded = { steps: [step], waiting: 0, acceptedMs: 0 } as unknown as NonNullable<JourneyView['recorded']>;
    expect(stagesOf({ id: 'x', nowMs: 0, recorded })[1]).toMatchObject({ title: `Failed at ${shown}`, detail: shown });
  });

  it('are shown in payloads, as JSON writes them', () => {
    const text = mount(JsonView, { props: { json: JSON.stringify({ to: name }) } }).element.textContent ?? '';
    expect(text).toContain(shown);
    expect(JSON.parse(text)).toEqual({ to: name });
  });

  it('alone are changed: letters of any script stay as they are', () => {
    for (const each of ['alice', 'עליזה', 'أليس', '愛麗絲', '👩‍💻', 'a\\u202eb']) expect(visible(each)).toBe(each);
  });
});
