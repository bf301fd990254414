/** Every scenario, in the order of the report. */
import { deliveries, emptyPolls } from './adapters.mjs';
import { delivery } from './delivery.mjs';
import { drain } from './drain.mjs';
import { empty } from './empty.mjs';
import { everyone } from './everyone.mjs';
import { flood } from './flood.mjs';
import { held } from './held.mjs';
import { queued } from './queued.mjs';
import { streams } from './streams.mjs';

/** @type {readonly import('../harness/scenario.mjs').Scenario[]} */
export const scenarios = [delivery, everyone, empty, drain, queued, held, flood, streams, deliveries, ...emptyPolls];
