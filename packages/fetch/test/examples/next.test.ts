import { describe, expect, it, vi } from 'vitest';
import { POST as ship } from '../../../../examples/next/app/orders/ship/route.ts';
import { DELETE, GET, OPTIONS, POST } from '../../../../examples/next/app/pollux/[...path]/route.ts';
import { server } from '../../../../examples/next/communication.ts';

const address = (path: string): string => `http://127.0.0.1:3000/pollux${path}`;
const authorization = 'Bearer token-of-alice';

function poll(body: unknown): Promise<Response> {
  return POST(
    new Request(address('/poll'), {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
}

describe('examples/next, its routes called as Next.js does', () => {
  it('polls, is published to, and receives', async () => {
    const first = (await (await poll({ applications: { orders: { cursor: null } } })).json()) as {
      readonly session: string;
      readonly applications: { readonly orders: { readonly cursor: string } };
    };
    const { cursor } = first.applications.orders;
    const held = poll({ session: first.session, seq: 2, wait: 20, applications: { orders: { cursor } } });
    await vi.waitFor(() => expect(server.inspect.totals().heldPolls).toBe(1));
    expect(await (await ship()).text()).toContain('"waiting":1');
    expect(await (await held).text()).toContain('order.shipped');
  });

  it('answers every method of the wire', async () => {
    expect((await GET(new Request(address('/health')))).status).toBe(200);
    expect((await OPTIONS(new Request(address('/poll'), { method: 'OPTIONS' }))).status).toBe(204);
    const goodbye = new Request(address('/session/s_unknown'), { method: 'DELETE', headers: { authorization } });
    expect((await DELETE(goodbye)).status).toBe(204);
  });
});
