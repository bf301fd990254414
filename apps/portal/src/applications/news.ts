/**
 * The newsroom's server. A headline goes to everyone in one `direct` message of low urgency: it is small, and it may
 * wait until something more pressing brings it along.
 */
import type { Headline } from './news/headline.ts';
import { createNewsroom } from './news/newsroom.ts';
import type { Publisher } from './shared/publisher.ts';
import { run } from './shared/run.ts';
import { startTraffic } from './shared/traffic.ts';

await run({
  name: 'news',
  port: 4113,
  traffic: 2,
  build({ settings, publisher, chance }) {
    const newsroom = createNewsroom({ chance, announce: announcer(publisher) });
    const stop = startTraffic(settings.traffic, chance, () => newsroom.publish());
    return {
      routes: [
        { method: 'GET', path: '/api/headlines', handle: () => ({ json: { headlines: newsroom.list() } }) },
        { method: 'POST', path: '/demo/headline', handle: () => ({ status: 201, json: newsroom.publish() }) },
      ],
      stop,
    };
  },
});

function announcer(publisher: Publisher): (headline: Headline) => void {
  return (headline) =>
    void publisher.publish({
      to: { everyone: true },
      kind: 'direct',
      type: 'headline',
      data: headline,
      urgency: 'low',
      ttl: 6 * 3600,
      key: headline.id,
    });
}
