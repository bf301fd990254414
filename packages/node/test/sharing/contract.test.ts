import { describeMessageBuffer } from '@pollux/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { sharedContract, socketFolder } from './support.ts';

const folder = socketFolder();
afterAll(() => folder.remove());

describeMessageBuffer('shared between processes', { describe, expect, it }, sharedContract(folder.nextPath));
