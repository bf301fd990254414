/** JSON lines on standard output. */
import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from '../configuration/configuration.ts';

/** Makes the hub's logger, of one of several workers where it is told which; `destination` is for tests. */
export function createLogger(level: LogLevel, destination?: DestinationStream, worker?: number): Logger {
  const base = { pid: process.pid, ...(worker !== undefined && { worker }) };
  const options = { level, base, timestamp: pino.stdTimeFunctions.isoTime };
  return destination === undefined ? pino(options) : pino(options, destination);
}
