/** What is published is held against the contract: a mismatch is told by its path, and nothing is stored. */
import { createCommunicationServer } from '@pollux/core/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import {
  type ApplicationContract,
  checkBy,
  defineApplication,
  direct,
  fetchFrom,
  type Notification,
  type StandardSchema,
} from '../../src/index.ts';
import { contracts, withZod } from './kit.ts';

const to = { recipients: ['alice'] };

function serve(contract: ApplicationContract, options: object = {}) {
  const server = createCommunicationServer({ applications: { [contract.name]: { contract, ...options } } });
  onTestFinished(() => server.close({ drainSeconds: 0 }));
  return server;
}

/** What a publish by name is answered with: the field that is wrong, or nothing where it was accepted. */
async function wrongOf(server: ReturnType<typeof serve>, notification: Omit<Notification, 'to'>): Promise<string | undefined> {
  const { refused = [], accepted } = await server.publish('crm', { to, ...notification });
  expect(accepted.length + refused.length).toBe(1);
  expect((await server.inspect.buffer.totals()).messages).toBe(accepted.length);
  const [first] = refused;
  if (first === undefined) return undefined;
  expect(first.problem).toMatchObject({ code: 'contract-mismatch', status: 422 });
  return first.problem.field;
}

describe.each(Object.entries(contracts))('with %s', (_, contract) => {
  it.each([
    ['data.from', { from: 'ab' }],
    ['data.from', {}],
    ['data.lines.0.n', { from: 'abc', lines: [{ n: 'x' }] }],
    ['data', 7],
    ['data', null],
    [undefined, { from: 'abc' }],
    [undefined, { from: 'abc', lines: [{ n: 1 }], more: true }],
  ])('%s: %j', async (field, data) => {
    expect(await wrongOf(serve(contract), { kind: 'direct', type: 'call.offered', data })).toBe(field);
  });

  it('a type without a schema takes anything', async () => {
    expect(await wrongOf(serve(contract), { kind: 'direct', type: 'call.ended', data: [1, null] })).toBeUndefined();
  });
});

describe('whatever declares it', () => {
  it.each(['call.lost', '__proto__', 'constructor', 'toString'])('a type that is not declared: %s', async (type) => {
    expect(await wrongOf(serve(withZod), { kind: 'direct', type, data: 1 })).toBe('type');
  });

  it('a kind that is not that of the type', async () => {
    expect(await wrongOf(serve(withZod), { kind: 'direct', type: 'order.changed', data: 1 })).toBe('kind');
    expect(await wrongOf(serve(withZod), { kind: 'fetch', type: 'call.ended', fetch: { href: '/api/orders/7' } })).toBe('kind');
  });

  it.each([
    ['/api/orders/7', undefined],
    ['/api/orders/7?part=lines', undefined],
    ['/api/orders', 'fetch.href'],
    ['/api/orders/', 'fetch.href'],
    ['/api/orders/7/lines', 'fetch.href'],
  ])('an address that the path does not make: %s', async (href, field) => {
    expect(await wrongOf(serve(withZod), { kind: 'fetch', type: 'order.changed', fetch: { href } })).toBe(field);
  });

  it('in a list each is named by its place, and the others are stored', async () => {
    const server = serve(withZod);
    const one = { to, kind: 'direct', type: 'call.offered' };
    const answer = await server.publish('crm', [
      { ...one, data: { from: 'abc' } },
      { ...one, data: {} },
      { ...one, data: { from: 'abcd' } },
    ]);
    expect(answer.accepted).toHaveLength(2);
    expect(answer.refused).toMatchObject([{ index: 1, problem: { field: '1.data.from' } }]);
  });

  it('is published by type and payload, with its parameters encoded as one segment each', async () => {
    const server = serve(withZod);
    const crm = server.application(withZod);
    await crm.notify(to, 'call.offered', { from: 'abc' }, { urgency: 'high' });
    await crm.notify(to, 'order.changed', { id: 'a b' }, { version: '3', spread: 2, topic: 'o' });
    const stored = await server.inspect.buffer.peek(
      { address: { kind: 'recipient', name: 'alice' }, application: 'crm' },
      { limit: 9 },
    );
    expect(stored.map(({ members }) => JSON.parse(`{${members}}`) as unknown)).toMatchObject([
      { kind: 'direct', type: 'call.offered', data: { from: 'abc' }, urgency: 'high' },
      { kind: 'fetch', type: 'order.changed', fetch: { href: '/api/orders/a%20b', version: '3', spread: 2 }, topic: 'o' },
    ]);
  });

  it.each(['..', '', 'a/b', undefined, {}, '%2e'])(
    'parameters that make no segment are refused before anything is stored: %j',
    async (id) => {
      const server = serve(withZod);
      const publish = async (): Promise<unknown> =>
        server.application(withZod).notify(to, 'order.changed', { id } as { id: string });
      await expect(publish()).rejects.toMatchObject({ problem: { code: 'contract-mismatch', field: 'fetch.href.id' } });
      expect((await server.inspect.buffer.totals()).messages).toBe(0);
    },
  );

  it('tells the console the schemas that its library tells, and the targets of its fetches', () => {
    const [crm] = serve(withZod).inspect.applications();
    expect(crm?.fetchTargets).toEqual(['/api/orders']);
    expect(crm?.schemas).toMatchObject({ 'call.offered': { type: 'object', required: ['from'] }, 'call.ended': {} });
    expect(serve(contracts.valibot).inspect.applications()[0]?.schemas).toEqual({ 'call.offered': {}, 'call.ended': {} });
    expect(serve(withZod, { fetchTargets: ['/api'] }).inspect.applications()[0]?.fetchTargets).toEqual(['/api']);
  });
});

describe('a schema that is not written well', () => {
  const schemaOf = (validate: StandardSchema['~standard']['validate']): StandardSchema => ({
    '~standard': { version: 1, vendor: 'test', validate },
  });

  it('and throws: what it throws at is refused, and the others of the request are stored', async () => {
    const careless = schemaOf((value) => ((value as { deep: { n: number } }).deep.n > 0 ? { value } : { issues: [] }));
    const server = serve(defineApplication('crm', { note: direct(careless) }));
    const one = { to, kind: 'direct', type: 'note' };
    const answer = await server.publish('crm', [
      { ...one, data: { deep: { n: 1 } } },
      { ...one, data: {} },
    ]);
    expect(answer.accepted).toHaveLength(1);
    expect(answer.refused).toMatchObject([{ index: 1, problem: { code: 'contract-mismatch', field: '1.data' } }]);
  });

  it('and names no issue: what it refuses is refused', async () => {
    const terse = defineApplication('crm', { note: direct(schemaOf(() => ({ issues: [] }))) });
    expect(await wrongOf(serve(terse), { kind: 'direct', type: 'note', data: 1 })).toBe('data');
    const message = { id: 'm', cursor: 'c', acceptedMs: 0, kind: 'direct', type: 'note', data: 1 } as const;
    expect(await checkBy(terse)(message, 1)).toMatch(/^data: ./);
  });

  it('and fails later: that fails nothing else', async () => {
    const late = defineApplication('crm', { note: direct(schemaOf(() => Promise.reject(new Error('no database')))) });
    const publish = async (): Promise<unknown> => serve(late).publish('crm', { to, kind: 'direct', type: 'note', data: 'x' });
    await expect(publish()).rejects.toThrow('answers later');
    // A rejection that nobody handles would end the process.
    await new Promise((done) => setTimeout(done, 1));
  });
});

describe('a wrong setting', () => {
  it('a contract under another name', () => {
    const make = () => createCommunicationServer({ applications: { sales: { contract: withZod } } });
    expect(make).toThrow('applications.sales.contract: it is that of crm. Register it under that name.');
  });

  it('a handle by a contract that was not registered', () => {
    const server = createCommunicationServer({ applications: { crm: {} } });
    onTestFinished(() => server.close({ drainSeconds: 0 }));
    expect(() => server.application(withZod)).toThrow('applications.crm.contract: it was not registered');
    expect(() => server.application(defineApplication('none', {}))).toThrow('No application is called "none"');
  });

  it('a schema that answers later', async () => {
    const late = defineApplication('crm', { note: direct(z.string().refine(async () => true)) });
    const publish = async (): Promise<unknown> => serve(late).publish('crm', { to, kind: 'direct', type: 'note', data: 'x' });
    await expect(publish()).rejects.toThrow('answers later (it has an asynchronous part)');
  });

  it.each(['orders/:id', '/a/:b/:b', '/a/x:y', '/a/:1', 'ftp://a.example/:id', '/a b'])(
    'a path that nobody would fetch: %s',
    (path) => {
      expect(() => fetchFrom(path)).toThrow('fetchFrom');
    },
  );
});
