/** Ready requests: as few headers as a browser's fetch needs, the same for all servers. */

export function post(
  /** @type {{ port: number, path: string, body: string, type?: string, extra?: string }} */ { port, path, body, type, extra },
) {
  return (
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: ${type ?? 'application/json'}\r\n` +
    `Content-Length: ${body.length}\r\n${extra ?? ''}\r\n${body}`
  );
}

export function get(/** @type {number} */ port, /** @type {string} */ path) {
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: */*\r\n\r\n`;
}
