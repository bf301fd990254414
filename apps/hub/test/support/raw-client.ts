/** A polling client on one raw keep-alive connection, which notices how its connection ends. */
import { connect, type Socket } from 'node:net';

/** A whole answer. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** One connection. */
export interface RawClient {
  /** Sends a poll and waits for the whole answer; rejects where the connection ends or breaks before. */
  poll(body: object): Promise<RawAnswer>;
  /** Begins a request and never finishes it. */
  stall(): void;
  /** How the connection ended: by an orderly `end`, or an error code. */
  readonly ended: Promise<string>;
}

function parse(text: string): { answer: RawAnswer; length: number } | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const headers = text.slice(0, head);
  const size = Number(/content-length: *(\d+)/i.exec(headers)?.[1] ?? 0);
  const length = head + 4 + size;
  if (text.length < length) return undefined;
  return { answer: { status: Number(headers.slice(9, 12)), headers, body: text.slice(head + 4, length) }, length };
}

/** Connects; all test payloads are ASCII, so that characters are bytes. */
export async function connectRaw(url: string, token: string): Promise<RawClient> {
  const { hostname, port, pathname } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port) });
  let received = '';
  let waiting: { resolve(answer: RawAnswer): void; reject(error: Error): void } | undefined;
  let broken = 'end';
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
    const found = parse(received);
    if (found === undefined) return;
    received = received.slice(found.length);
    waiting?.resolve(found.answer);
    waiting = undefined;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    broken = error.code ?? error.message;
  });
  const ended = new Promise<string>((resolve) => {
    socket.on('close', () => {
      waiting?.reject(new Error(`The connection ended (${broken}) before the answer.`));
      resolve(broken);
    });
  });
  const send = (body: object): Promise<RawAnswer> => {
    const text = JSON.stringify(body);
    const head = `POST ${pathname}/poll HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${token}\r\n`;
    socket.write(`${head}Content-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
    return new Promise((resolve, reject) => {
      waiting = { resolve, reject };
    });
  };
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const stall = (): void =>
    void socket.write(
      `POST ${pathname}/poll HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n1`,
    );
  return { poll: send, stall, ended };
}
