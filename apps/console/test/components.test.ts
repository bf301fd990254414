import { mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { nextTick, ref, shallowRef } from 'vue';
import type { Failure } from '../src/api.ts';
import PayloadEditor from '../src/components/inject/PayloadEditor.vue';
import SchemaFields from '../src/components/inject/SchemaFields.vue';
import JsonView from '../src/components/ui/JsonView.vue';
import QueryState from '../src/components/ui/QueryState.vue';
import SegmentedControl from '../src/components/ui/SegmentedControl.vue';
import { useLive } from '../src/stores/live.ts';

beforeEach(() => setActivePinia(createPinia()));

function query() {
  return {
    data: shallowRef<string>(),
    failure: shallowRef<Failure>(),
    loading: ref(true),
    atMs: ref(Date.now()),
    refresh: () => Promise.resolve(),
    stop: () => {},
  };
}

describe('the state of a query', () => {
  it('goes from a skeleton to what was found, and keeps it, dated, when reading fails later', async () => {
    const asked = query();
    const view = mount(QueryState, {
      props: { query: asked },
      slots: { default: (props: { data: unknown }) => `found ${props.data}` },
    });
    expect(view.find('[role=status]').text()).toBe('Loading');
    asked.data.value = 'it';
    await nextTick();
    expect(view.text()).toBe('found it');
    asked.failure.value = { kind: 'refused', message: 'No.' };
    await nextTick();
    expect(view.text()).toMatch(/No\. Shown as it was just now\..*found it/s);
  });

  it('is as old as it is, whatever the clock of the server says', async () => {
    const asked = query();
    useLive().clockSkewMs = 3_600_000;
    asked.data.value = 'it';
    asked.failure.value = { kind: 'refused', message: 'No.' };
    const view = mount(QueryState, { props: { query: asked } });
    expect(view.text()).toContain('Shown as it was just now.');
  });

  it('says why there is nothing', async () => {
    const asked = query();
    asked.failure.value = { kind: 'forbidden', message: 'This needs the role operator.' };
    const view = mount(QueryState, { props: { query: asked } });
    expect(view.text()).toContain('Not allowed');
    expect(view.text()).toContain('This needs the role operator.');
    expect(view.find('button').text()).toBe('Try again');
  });
});

describe('a payload', () => {
  it('is shown as text, never as markup, and unchanged', () => {
    const json = JSON.stringify({ html: '<img src=x onerror=alert(1)>', n: [1, 2] }, undefined, 2);
    const view = mount(JsonView, { props: { json } });
    expect(view.find('img').exists()).toBe(false);
    expect(view.element.textContent).toBe(json);
  });
});

describe('a form made from a schema', () => {
  it('has a field for each property, and sends values of their types', async () => {
    const schema = {
      type: 'object',
      required: ['order'],
      properties: {
        order: { type: 'string', title: 'Order' },
        total: { type: 'number' },
        status: { type: 'string', enum: ['placed', 'shipped'] },
        express: { type: 'boolean' },
      },
    };
    const value = shallowRef<Record<string, never>>({});
    const view = mount(SchemaFields, {
      props: {
        modelValue: value.value,
        schema,
        prefix: 'p',
        'onUpdate:modelValue': (next) => view.setProps({ modelValue: next }),
      },
    });
    expect(
      view
        .findAll('label')
        .map((label) => label.text())
        .sort(),
    ).toEqual(['Order', 'express', 'status optional', 'total optional']);
    await view.find('#p-order').setValue('O-1');
    await view.find('#p-total').setValue('12.5');
    await view.find('#p-status').setValue('shipped');
    await view.find('#p-express').setValue(true);
    expect(view.props('modelValue')).toEqual({ order: 'O-1', total: 12.5, status: 'shipped', express: true });
    await view.find('#p-total').setValue('');
    expect(view.props('modelValue')).not.toHaveProperty('total');
  });
});

describe('a payload that is written', () => {
  it.each([
    [{ type: 'string' }, '"text"', ''],
    [{ type: 'number' }, '5', ''],
    [{ type: 'array' }, '[1]', ''],
    [{ type: 'object' }, '[1]', 'The payload must be an object, says the schema.'],
    [{ type: 'object' }, '{"unfinished', ''],
  ])('is measured by its schema, object or not: %j, %s', (schema, modelValue, note) => {
    const props = { modelValue, schema, problem: undefined };
    const view = mount(PayloadEditor, { props, global: { stubs: { JsonEditor: true } } });
    expect(view.find('.note').exists() ? view.get('.note').text() : '').toBe(note);
  });
});

describe('a segmented control', () => {
  it('is a group of radio buttons with a name', async () => {
    const options = [
      { value: 'a', label: 'A' },
      { value: 'b', label: 'B' },
    ];
    const view = mount(SegmentedControl, { props: { modelValue: 'a', label: 'Span', options } });
    expect(view.attributes('aria-label')).toBe('Span');
    await view.findAll('input')[1]?.setValue();
    expect(view.emitted('update:modelValue')).toEqual([['b']]);
  });
});
