/** All cases of the message buffer contract that need one opening. */
import type { BufferCase } from '../scene.ts';
import { appending } from './appending.ts';
import { bounds } from './bounds.ts';
import { concurrency } from './concurrency.ts';
import { emptyQueues } from './empty-queues.ts';
import { expiry } from './expiry.ts';
import { freeing } from './freeing.ts';
import { inspecting } from './inspecting.ts';
import { keysGiveWay } from './keys-give-way.ts';
import { places } from './places.ts';
import { taking } from './taking.ts';
import { topicsAndKeys } from './topics-and-keys.ts';
import { traitCases } from './traits.ts';

export const allBufferCases: readonly BufferCase[] = [
  ...appending,
  ...places,
  ...freeing,
  ...topicsAndKeys,
  ...keysGiveWay,
  ...bounds,
  ...emptyQueues,
  ...expiry,
  ...taking,
  ...inspecting,
  ...concurrency,
  ...traitCases,
];
