import { describe, expect, it } from 'vitest';
import type { LiveFrame, LiveInput } from '../src/contract/feed.ts';
import { createClient } from './support/client.ts';
import { type OpenAdmin, openAdmin, take } from './support/open-admin.ts';

interface Watching extends AsyncDisposable {
  readonly frames: { readonly id: string; readonly data: LiveFrame }[];
  readonly errors: string[];
  rows(): string[];
  until(condition: (frames: Watching['frames']) => boolean): Promise<void>;
}

async function watch(admin: OpenAdmin, cookie: string, input: LiveInput): Promise<Watching> {
  const frames: Watching['frames'] = [];
  const errors: string[] = [];
  const subscription = createClient(admin, cookie).live.stream.subscribe(input, {
    onData: (frame) => frames.push(frame),
    onError: (error) => errors.push(error.message),
  });
  const until: Watching['until'] = async (condition) => {
    const limit = Date.now() + 5000;
    while (!condition(frames)) {
      if (Date.now() > limit) throw new Error(`Waited in vain. Frames: ${JSON.stringify(frames)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  await until((found) => found.length > 0 || errors.length > 0);
  return {
    frames,
    errors,
    rows: () => frames.flatMap((frame) => frame.data.rows ?? []).map((row) => `${row.kind} ${row.application ?? ''}`),
    until,
    [Symbol.asyncDispose]: async () => subscription.unsubscribe(),
  };
}

function publish(admin: OpenAdmin, application: string, recipient = 'alice') {
  return admin.server.publish(application, [
    { to: { recipients: [recipient] }, kind: 'direct', type: 't', data: { secret: 'payload-4711' } },
  ]);
}

describe('the live stream', () => {
  it('begins with a backlog and a tick, then gathers what happens into frames, without payloads', async () => {
    await using admin = await openAdmin();
    await publish(admin, 'orders');
    await using watching = await watch(admin, await admin.signIn('viewer'), {});
    expect(watching.frames[0]?.data).toMatchObject({
      fresh: true,
      rows: [{ kind: 'accepted', application: 'orders', type: 't' }],
      tick: { accepted: 1 },
    });
    for (let n = 0; n < 50; n += 1) await publish(admin, 'orders');
    await watching.until(() => watching.rows().length === 51);
    expect(watching.frames.length).toBeLessThan(10);
    expect(JSON.stringify(watching.frames)).not.toContain('payload-4711');
  });

  it('goes on without counters while the buffer does not answer', async () => {
    await using admin = await openAdmin();
    const { buffer } = admin.server.inspect;
    const { totals } = buffer;
    const away = () => Promise.reject(new Error('The buffer is away.'));
    Object.assign(buffer, { totals: away });
    await using watching = await watch(admin, await admin.signIn('viewer'), {});
    await publish(admin, 'orders');
    await watching.until(() => watching.rows().length === 1);
    expect([watching.errors, watching.frames.some((frame) => frame.data.tick)]).toEqual([[], false]);
    Object.assign(buffer, { totals });
    await watching.until((frames) => frames.some((frame) => frame.data.tick));
    expect(watching.frames.filter((frame) => frame.data.fresh)).toHaveLength(1);
  });

  it('is filtered on the server by application, recipient, kind and text', async () => {
    await using admin = await openAdmin();
    const cookie = await admin.signIn('viewer');
    await publish(admin, 'orders', 'alice');
    await publish(admin, 'orders', 'bob');
    await publish(admin, 'news', 'alice');
    await take(admin.server, 'alice', 'orders');
    const seen = async (filter: NonNullable<LiveInput['filter']>) => {
      await using watching = await watch(admin, cookie, { filter });
      return watching.rows();
    };
    expect(await seen({ application: 'news' })).toEqual(['accepted news']);
    expect(await seen({ recipient: 'bob' })).toEqual(['accepted orders']);
    expect(await seen({ recipient: 'alice', kinds: ['delivered'] })).toEqual(['delivered orders']);
    expect(await seen({ text: 'BOB' })).toEqual(['accepted orders']);
    expect(await seen({ kinds: ['buffer-failed'] })).toEqual([]);
    expect(await seen({ kinds: [] })).toEqual([]);
  });

  it('goes on after the last frame seen, and begins anew where that belongs to another life', async () => {
    await using admin = await openAdmin();
    const cookie = await admin.signIn('viewer');
    await publish(admin, 'orders');
    const first = await watch(admin, cookie, {});
    const { id } = first.frames[0] ?? { id: '' };
    await first[Symbol.asyncDispose]();
    await publish(admin, 'news');
    await using second = await watch(admin, cookie, { lastEventId: id });
    expect([second.frames[0]?.data.fresh, second.rows()]).toEqual([undefined, ['accepted news']]);
    await using third = await watch(admin, cookie, { lastEventId: 'anotherlife:1' });
    expect([third.frames[0]?.data.fresh, third.rows()]).toEqual([true, ['accepted orders', 'accepted news']]);
    await using fourth = await watch(admin, cookie, { lastEventId: `${id.split(':')[0]}:999999` });
    expect(fourth.frames[0]?.data.fresh).toBe(true);
  });

  it('says how many events were missed: those overwritten while away, and those beyond one frame', async () => {
    await using admin = await openAdmin({ admin: { journalEvents: 100 } });
    const cookie = await admin.signIn('viewer');
    const first = await watch(admin, cookie, {});
    const id = first.frames[0]?.id ?? '';
    await first[Symbol.asyncDispose]();
    for (let n = 0; n < 350; n += 1) await publish(admin, 'orders', `r${n}`);
    await using second = await watch(admin, cookie, { lastEventId: id });
    expect(second.frames[0]?.data.skipped).toBe(250);
    expect(second.rows()).toHaveLength(100);
  });

  it('brings ticks only, where no rows are wanted', async () => {
    await using admin = await openAdmin();
    await using watching = await watch(admin, await admin.signIn('viewer'), { rows: false });
    await publish(admin, 'orders');
    await watching.until((frames) => frames.length >= 2);
    expect(watching.rows()).toEqual([]);
    expect(watching.frames.at(-1)?.data.tick).toMatchObject({ accepted: 1, bufferMessages: 1 });
  });

  it('ends when its session does, and when the handler closes', async () => {
    await using admin = await openAdmin();
    const cookie = await admin.signIn('viewer');
    await using watching = await watch(admin, cookie, {});
    await admin.send('/trpc/session.logout', { method: 'POST', headers: { cookie, 'content-type': 'application/json' } });
    await watching.until(() => watching.errors.length > 0);
    expect(watching.errors[0]).toContain('Sign in again');
  });

  it('is refused without a session', async () => {
    await using admin = await openAdmin();
    await using watching = await watch(admin, '', {});
    expect(watching.frames).toEqual([]);
    expect(watching.errors.length).toBeGreaterThan(0);
  });
});
