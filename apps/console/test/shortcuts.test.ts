import { mount } from '@vue/test-utils';
import { afterEach, expect, it } from 'vitest';
import { defineComponent, h } from 'vue';
import { useShortcuts } from '../src/composables/use-shortcuts.ts';

const pressed: string[] = [];
const page = defineComponent(() => {
  const note = (event: KeyboardEvent) => void pressed.push(event.key);
  useShortcuts({ 2: note, ' ': note, ArrowDown: note });
  return () =>
    h('form', [
      h('input', { type: 'text' }),
      h('input', { type: 'radio' }),
      h('input', { type: 'checkbox' }),
      h('div', { role: 'region', tabindex: 0 }),
    ]);
});

afterEach(() => void pressed.splice(0));

it.each([
  ['text', []],
  ['radio', ['2']],
  ['checkbox', ['2']],
])('an input of type %s leaves the page these keys', (type, left) => {
  const view = mount(page, { attachTo: document.body });
  const input = view.get(`[type=${type}]`).element;
  for (const key of ['2', ' ', 'ArrowDown']) input.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  expect(pressed).toEqual(left);
  view.unmount();
});

it('what scrolls by itself keeps the keys that scroll it, and no others', () => {
  const view = mount(page, { attachTo: document.body });
  const region = view.get('[role=region]').element;
  for (const key of ['2', ' ', 'ArrowDown']) region.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  expect(pressed).toEqual(['2']);
  view.unmount();
});
