import { readdirSync, readFileSync } from 'node:fs';
import { describeVectors, openLoopbackPeer, type VectorFile } from '@pollux/core/testing';
import { describe, expect, it } from 'vitest';
import { openNodePeer } from './node-peer.ts';

const folder = new URL('../../../docs/vectors/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const files = names.map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as VectorFile);

describeVectors('loopback', { describe, expect, it }, files, { open: (options) => openLoopbackPeer(options) });
describeVectors('node:http', { describe, expect, it }, files, { open: openNodePeer });
