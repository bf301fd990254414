/** The communication client in a real page, beside a server that answers what no server should. */
import { expect, test } from '@playwright/test';
import { told } from '../support/client-page.ts';
import { answerPolls, ClientSite } from '../support/client-site.ts';
import { open, orders } from '../support/one-page.ts';

const hostile = {
  'an application that nobody asked for': { unknown: { cursor: 'x', messages: [] } },
  'wrong types': { orders: { cursor: 7, messages: 'none', gap: [] } },
  'a message that is none': { orders: { cursor: 'x', messages: [null, 1, { id: {} }] } },
};
for (const [name, applications] of Object.entries(hostile)) {
  test(`a server that answers with ${name} costs no more than its answer`, async ({ page }) => {
    await using site = await new ClientSite().begin();
    await open(page, site);
    const body = JSON.stringify({ session: 's_hostile', applications });
    site.fault = answerPolls(2, (response) => response.setHeader('content-type', 'application/json').end(body));
    await site.tell(1);
    // Not acknowledged at once: the session that the answer put in its place holds it until it runs out.
    await expect.poll(() => told(page, 'seen'), { timeout: 60_000 }).toEqual(orders(1));
  });
}

for (const [name, body] of [
  ['10 MB', `{"session":"s","padding":"${'x'.repeat(10_000_000)}"}`],
  ['__proto__ for a name', '{"session":"s","__proto__":{"more":true},"applications":{"__proto__":{"cursor":"x","messages":[]}}}'],
] as const) {
  test(`a server that answers with ${name} costs no more than its answer`, async ({ page }) => {
    await using site = await new ClientSite().begin();
    await open(page, site);
    site.fault = answerPolls(2, (response) => response.setHeader('content-type', 'application/json').end(body));
    await site.tell(1);
    await expect.poll(() => told(page, 'seen'), { timeout: 60_000 }).toEqual(orders(1));
    expect(await page.evaluate('({}).more')).toBe(undefined);
  });
}
