import { describe, expect, it } from 'vitest';
import { describeWire } from '../../src/testing/index.ts';
import { openLoopbackPeer } from '../../src/testing/loopback-peer.ts';

describeWire('loopback', { describe, expect, it }, { open: (options) => openLoopbackPeer(options), capabilities: { raw: true } });
