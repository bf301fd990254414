import { describeWire } from '@pollux/core/testing';
import { describe, expect, it, vi } from 'vitest';
import { inProcess, onNode, openFetchPeer } from './fetch-peer.ts';

// Nothing in a case waits, but the machine may be busy.
vi.setConfig({ testTimeout: 30_000 });

describeWire('fetch in process', { describe, expect, it }, { open: (options) => openFetchPeer(options, inProcess) });
describeWire('fetch on Node', { describe, expect, it }, { open: (options) => openFetchPeer(options, onNode) });
