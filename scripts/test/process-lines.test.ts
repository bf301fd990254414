import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { eachLine, readLine } from '../lib/process-lines.mjs';

describe('lines of processes', () => {
  it('shows a JSON log line as words, and knows how much it matters', () => {
    const line = '{"level":40,"time":1,"pid":2,"hostname":"h","msg":"queue is full","application":"orders","depth":7}';
    expect(readLine(line, 'stdout')).toEqual({ text: 'queue is full application=orders depth=7', loud: true });
    expect(readLine('{"level":30,"msg":"listening"}', 'stderr')).toEqual({ text: 'listening', loud: false });
  });

  it('takes other lines as they are; standard error matters', () => {
    expect(readLine('{ not JSON', 'stdout')).toEqual({ text: '{ not JSON', loud: false });
    expect(readLine('cannot listen', 'stderr')).toEqual({ text: 'cannot listen', loud: true });
  });

  it('puts lines together from pieces, and keeps what has no end', async () => {
    const stream = new PassThrough();
    const lines: string[] = [];
    eachLine(stream, (line) => lines.push(line));
    stream.write('on');
    stream.write('e\r\ntwo\nthr');
    stream.end('ee');
    await finished(stream);
    expect(lines).toEqual(['one', 'two', 'three']);
  });
});
