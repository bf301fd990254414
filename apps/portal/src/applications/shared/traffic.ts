import type { Chance } from './random.ts';

/**
 * Calls `event` about `perMinute` times a minute, at the irregular moments at which things happen in a business
 * (exponentially distributed, no pause longer than three times the mean). 0 never calls. Returns the way to stop.
 */
export function startTraffic(perMinute: number, chance: Chance, event: () => void): () => void {
  if (perMinute <= 0) return () => undefined;
  const mean = 60_000 / perMinute;
  let timer: NodeJS.Timeout;
  const next = (): void => {
    const pause = Math.min(-Math.log(1 - chance.next()), 3) * mean;
    timer = setTimeout(() => {
      event();
      next();
    }, pause);
  };
  next();
  return () => clearTimeout(timer);
}
