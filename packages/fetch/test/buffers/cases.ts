/** Which cases run over other buffers: the core, or (`POLLUX_WIRE_CASES=all`) the whole wire contract. */
export const cases: 'all' | 'core' = process.env['POLLUX_WIRE_CASES'] === 'all' ? 'all' : 'core';

/** So many servers have had a buffer by the end, at least: as many as the core has cases. */
export const leastBuffers = 40;
