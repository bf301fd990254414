import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { host, portsFrom, requireFree } from '../lib/ports.mjs';

describe('ports of npm start', () => {
  it('are the usual ones unless the environment says otherwise', () => {
    expect(portsFrom({ ORDERS_PORT: ' 5112 ', NEWS_PORT: '' })).toEqual({
      hub: 4100,
      admin: 4101,
      portal: 4110,
      calls: 4111,
      orders: 5112,
      news: 4113,
    });
  });

  it.each(['0', '65536', '80a', '-1', '4.5'])('refuse %j by the name of the variable', (text) => {
    expect(() => portsFrom({ HUB_PORT: text })).toThrow(/HUB_PORT must be a port/);
  });

  it('refuse one port for two', () => {
    expect(() => portsFrom({ HUB_PORT: '4113' })).toThrow(/NEWS_PORT and HUB_PORT are both 4113/);
  });

  it('name each taken one, and the setting that changes it', async () => {
    const server = createServer().listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const free = { hub: port, admin: 0, portal: 0, calls: 0, orders: 0, news: port };
    await expect(requireFree(free)).rejects.toThrow(new RegExp(`Port ${port}.*HUB_PORT=\\d+ npm start\nPort ${port}.*NEWS_PORT`));
    server.close();
    await once(server, 'close');
    await expect(requireFree({ ...free, news: 0 })).resolves.toBeUndefined();
  });
});
