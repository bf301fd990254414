// The inject page with a server that is made up: what is shown is what is sent.
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import { type Api, apiKey } from '../src/api.ts';
import InjectPage from '../src/pages/InjectPage.vue';
import { useSession } from '../src/stores/session.ts';
import { useToasts } from '../src/stores/toasts.ts';

const schemaOf = (name: string) => ({
  type: 'object',
  properties: { [name]: { type: 'string', default: `example of ${name}` } },
});
const schemas = {
  applications: [
    {
      name: 'orders',
      fetchTargets: ['/api'],
      schemas: { placed: schemaOf('placed'), changed: schemaOf('changed') },
      recipients: 3,
    },
    { name: 'news', fetchTargets: [], schemas: { headline: schemaOf('headline') }, recipients: 1 },
  ],
  recipients: ['Doe, John'],
  recipientCount: 1,
  groups: [],
  limits: { messageBytes: 65_536, ttlSeconds: 60, ttlMaxSeconds: 60 },
};
const alice = { kind: 'recipient', name: 'alice' };
const held = { held: true, id: 'AAAAAAAAAAA1', application: 'orders', address: alice, urgency: 'normal', cut: 0 };

async function open(path: string, message: object = {}) {
  const send = vi.fn<(input: object) => Promise<object>>(() => Promise.resolve({ accepted: [], grade: 'memory' }));
  let arrive = () => {};
  const get = () =>
    new Promise((resolve) => {
      arrive = () => resolve(message);
    });
  const api = {
    session: { me: { query: () => Promise.resolve({ environment: 'test', user: { name: 'ann', role: 'operator' } }) } },
    inject: { schemas: { query: () => Promise.resolve(schemas) }, send: { mutate: send } },
    message: { get: { query: get } },
  } as unknown as Api;
  await useSession().load(api);
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: InjectPage }] });
  await router.push(path);
  const global = { plugins: [router], provide: { [apiKey as symbol]: api }, stubs: { JsonEditor: true } };
  const view = mount(InjectPage, { global });
  await flushPromises();
  // The message comes after the form has been shown.
  arrive();
  await flushPromises();
  async function submit(): Promise<object | undefined> {
    await view.get('form').trigger('submit');
    return send.mock.calls.at(-1)?.[0];
  }
  return { view, send: submit };
}

function fieldOf(view: VueWrapper, id: string): string {
  return (view.get(`#${id}`).element as HTMLInputElement).value;
}

describe('injecting a copy', () => {
  beforeEach(() => setActivePinia(createPinia()));

  it('sends the payload of the message, whatever its type', async () => {
    const { view, send } = await open('/?copy=x&app=orders', {
      ...held,
      kind: 'direct',
      type: 'changed',
      payload: '{"changed":"to this"}',
    });
    expect(fieldOf(view, 'payload-changed')).toBe('to this');
    expect(await send()).toMatchObject({ type: 'changed', data: '{"changed":"to this"}', to: { recipients: ['alice'] } });
  });

  it('keeps a type that its application does not list', async () => {
    const { send } = await open('/?copy=x', { ...held, application: 'news', kind: 'direct', type: 'own', payload: '1' });
    expect(await send()).toMatchObject({ application: 'news', type: 'own', data: '1' });
  });

  it('shows all that a fetch message says, and the terms that come with it', async () => {
    const payload = JSON.stringify({ href: '/api/1', version: 'v2', spread: 5 });
    const { view, send } = await open('/?copy=x', { ...held, kind: 'fetch', type: 'changed', topic: 'o-1', payload });
    expect(['href', 'version', 'spread', 'topic'].map((id) => fieldOf(view, id))).toEqual(['/api/1', 'v2', '5', 'o-1']);
    expect(view.get('details').attributes()).toHaveProperty('open');
    await view.get('#version').setValue('');
    await view.get('#spread').setValue('2.5');
    expect(await send()).toMatchObject({ fetch: { href: '/api/1', spread: 2.5 }, topic: 'o-1' });
    expect(await send()).not.toHaveProperty('fetch.version');
  });

  it('is for the same recipient, though its name holds a comma', async () => {
    const address = { kind: 'recipient', name: 'Doe, John' };
    const { send } = await open('/?copy=x', { ...held, address, kind: 'direct', type: 'placed', payload: '{}' });
    expect(await send()).toMatchObject({ to: { recipients: ['Doe, John'] } });
    const other = await open('/?to=Doe,+John');
    expect(await other.send()).toMatchObject({ to: { recipients: ['Doe, John'] } });
    const third = await open('/');
    await third.view.get('.chips button').trigger('click');
    expect(await third.send()).toMatchObject({ to: { recipients: ['Doe, John'] } });
  });

  it('of a withdrawal is not offered: its content would go out as a message', async () => {
    const { send } = await open('/?copy=x', { ...held, kind: 'withdrawn', type: '', payload: '{"of":"AAAAAAAAAAA1"}' });
    expect(useToasts().toasts.map((toast) => toast.text)).toEqual([
      'A withdrawal cannot be copied: withdraw the message that it names.',
    ]);
    expect(await send()).toBeUndefined();
  });
});

describe('choosing a type', () => {
  beforeEach(() => setActivePinia(createPinia()));

  it('brings its example, but never in place of what somebody wrote', async () => {
    const { view } = await open('/?to=alice');
    expect(fieldOf(view, 'payload-placed')).toBe('example of placed');
    for (const type of ['chan', 'changed']) await view.get('#type').setValue(type);
    expect(fieldOf(view, 'payload-changed')).toBe('example of changed');
    await view.get('#payload-changed').setValue('mine');
    await view.get('#type').setValue('placed');
    await view.get('#type').setValue('changed');
    expect(fieldOf(view, 'payload-changed')).toBe('mine');
  });
});

describe('who is there', () => {
  beforeEach(() => setActivePinia(createPinia()));

  it('is told of the chosen application', async () => {
    const { view } = await open('/');
    await view.get('[value=everyone]').setValue();
    expect(view.text()).toContain('3 recipients now');
    await view.get('#application').setValue('news');
    expect(view.text()).toContain('1 recipient now');
  });

  it('is said to be away only where all are known', async () => {
    expect((await open('/?to=zoe')).view.text()).toContain('zoe has no client now');
    schemas.recipientCount = 5000;
    expect((await open('/?to=zoe')).view.text()).not.toContain('has no client now');
  });
});
