import { describeWire } from '@pollux/core/testing';
import compression from 'compression';
import { describe, expect, it, vi } from 'vitest';
import { openExpressPeer } from './express-peer.ts';
import { versions } from './host.ts';

// Nothing in a case waits, but the machine may be busy.
vi.setConfig({ testTimeout: 30_000 });

for (const [name, express] of versions) {
  describeWire(
    name,
    { describe, expect, it },
    { open: (options) => openExpressPeer(options, (handler) => express().use('/api/pollux', handler)) },
  );
  describeWire(
    `${name} behind compression`,
    { describe, expect, it },
    {
      open: (options) =>
        openExpressPeer(options, (handler) =>
          express()
            .use(compression({ threshold: 0 }))
            .use('/api/pollux', handler),
        ),
    },
  );
}
