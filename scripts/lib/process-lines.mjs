/** What a process printed, line by line, with how much each line matters. */

/** pino's numbers. */
const warning = 40;
const information = 30;

/**
 * Reads one line: a JSON log line says itself how much it matters; of others, standard error does.
 *
 * @param {string} line
 * @param {'stdout' | 'stderr'} stream
 * @returns {{ text: string, loud: boolean }} `loud`: worth showing to somebody who did not ask for all
 */
export function readLine(line, stream) {
  const entry = parse(line);
  if (entry === undefined) return { text: line, loud: stream === 'stderr' };
  const { level = information, msg = '', time: _time, pid: _pid, hostname: _hostname, v: _v, name: _name, ...rest } = entry;
  const details = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return { text: [msg, ...details].filter(Boolean).join(' '), loud: Number(level) >= warning };
}

/** @param {string} line @returns {Record<string, unknown> | undefined} */
function parse(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * Calls back with each whole line of a stream, and with what is left at its end.
 *
 * @param {import('node:stream').Readable} stream
 * @param {(line: string) => void} take
 */
export function eachLine(stream, take) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line.replace(/\r$/, ''));
  });
  stream.on('end', () => {
    if (rest !== '') take(rest);
    rest = '';
  });
}
