import { it } from 'vitest';
import { runSeed } from './run.ts';

const env = (globalThis as unknown as { process: { env: Record<string, string> } }).process.env;
it('seeds', { timeout: 600000 }, async () => {
  const start = Number(env['START'] ?? 1),
    n = Number(env['SEEDS'] ?? 50);
  const counts = new Map<string, number>();
  let steps = 0,
    bad = 0,
    acc = 0,
    han = 0;
  const t0 = performance.now();
  for (let s = start; s < start + n; s++) {
    const r = await runSeed(s, { trace: env['TRACE'] !== undefined });
    for (const [k, v] of r.counts) counts.set(k, (counts.get(k) ?? 0) + v);
    steps += r.steps;
    acc += r.accepted;
    han += r.handled;
    if (r.violations.length) {
      bad++;
      if (bad <= 12) console.log(s, r.violations.slice(0, 2));
      if (env['TRACE']) console.log(r.trace.slice(-Number(env['TRACE'])).join('\n'));
    }
  }
  console.log({ bad, n, ms: performance.now() - t0, steps, acc, han }, Object.fromEntries([...counts].sort()));
});
