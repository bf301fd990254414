#!/usr/bin/env node
import cluster from 'node:cluster';
import { text } from 'node:stream/consumers';
import { main } from './main.ts';

// Who reads may have enough after a line, as `pollux-hub key | head -n 1` has: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const code = await main(process.argv.slice(2), {
  environment: process.env,
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  readInput: () => text(process.stdin),
});
// Not process.exit: what was written to a pipe would be cut.
process.exitCode = code;
// One of several workers would be kept by its way to the process that started it.
cluster.worker?.disconnect();
