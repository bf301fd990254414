import { describeWire } from '@pollux/core/testing';
import { describe, expect, it } from 'vitest';
import { openNodePeer } from './node-peer.ts';

describeWire('node:http', { describe, expect, it }, { open: openNodePeer, capabilities: { raw: true } });
