/**
 * Requests in whose end two parsers could differ: what follows may be a body, or another request. For tests of adapters,
 * alone and behind proxies.
 */

/**
 * The raw texts by title, in ISO 8859-1.
 * @param authorization of the first request, so that it is answered without being refused
 * @param hidden a whole request that must never be executed
 */
export function smuggledRequests(authorization: string, hidden: string): readonly (readonly [title: string, bytes: string])[] {
  const line = 'POST /pollux/poll HTTP/1.1';
  const host = 'Host: hub.example';
  const json = `Content-Type: application/json\r\nAuthorization: ${authorization}`;
  const chunked = 'Transfer-Encoding: chunked';
  const request = (headers: readonly string[], body: string, first = line): string =>
    `${[first, ...headers].join('\r\n')}\r\n\r\n${body}`;
  const ending = `0\r\n\r\n${hidden}`;
  const inside = (length: number): string => `Content-Length: ${length}`;
  const both = [host, json, chunked, inside(ending.length)];
  return [
    ['CL.TE', request(both, ending)],
    ['TE.CL', request([host, json, inside(4), chunked], `1\r\nx\r\n${ending}`)],
    ['CL 0 with TE', request([host, json, inside(0), chunked], ending)],
    ['two Content-Length', request([host, json, inside(0), inside(hidden.length)], hidden)],
    ['Content-Length as a list', request([host, json, 'Content-Length: 0, 5'], hidden)],
    ['Content-Length with a sign', request([host, json, 'Content-Length: +0'], hidden)],
    ['Content-Length in hexadecimal', request([host, json, 'Content-Length: 0x0'], hidden)],
    ['Content-Length below zero', request([host, json, 'Content-Length: -1'], hidden)],
    ['Content-Length beyond a number', request([host, json, 'Content-Length: 99999999999999999999'], hidden)],
    ['Content-Length with a blank before the colon', request([host, json, 'Content-Length : 0'], hidden)],
    ['Transfer-Encoding with a blank before the colon', request([host, json, 'Transfer-Encoding : chunked', inside(0)], ending)],
    ['Transfer-Encoding of another name', request([host, json, 'Transfer-Encoding: xchunked'], ending)],
    ['Transfer-Encoding that does not end with chunked', request([host, json, 'Transfer-Encoding: chunked, identity'], ending)],
    ['Transfer-Encoding twice', request([host, json, chunked, 'Transfer-Encoding: identity'], ending)],
    ['Transfer-Encoding folded', request([host, json, 'Transfer-Encoding:\r\n chunked', inside(0)], ending)],
    ['a folded header', request([host, json, 'X-Folded: a\r\n b: c', inside(0)], hidden)],
    ['a header that ends with LF alone', `${line}\r\n${host}\nContent-Length: 0\r\n\r\n${hidden}`],
    ['lines that end with LF alone', `${line}\n${host}\nContent-Length: 0\n\n${hidden}`],
    ['lines that end with CR alone', `${line}\r${host}\rContent-Length: 0\r\r${hidden}`],
    ['a NUL in a header', request([host, json, 'X-Nul: a\u0000b', inside(0)], hidden)],
    ['a NUL in a name', request([host, json, 'X\u0000Y: a', inside(0)], hidden)],
    ['a name with a blank', request([host, json, 'X Y: a', inside(0)], hidden)],
    ['a header without a name', request([host, json, ': a', inside(0)], hidden)],
    ['a header without a colon', request([host, json, 'nonsense', inside(0)], hidden)],
    ['a chunk size with a sign', request([host, json, chunked], `+0\r\n\r\n${hidden}`)],
    ['a chunk size in another alphabet', request([host, json, chunked], `g\r\n\r\n${hidden}`)],
    ['a chunk size beyond a number', request([host, json, chunked], `fffffffffffffffff\r\n\r\n${hidden}`)],
    ['a chunk shorter than it says', request([host, json, chunked], `1\r\nxy\r\n${ending}`)],
    ['a chunk size that ends with LF alone', request([host, json, chunked], `0\n\n${hidden}`)],
    ['no Host', request([json, inside(0)], hidden)],
    ['two Hosts', request([host, 'Host: other.example', json, inside(0)], hidden)],
    ['two Hosts, told apart by case', request([host, 'hOsT: other.example', json, inside(0)], hidden)],
    ['an unknown version', request([host, json, inside(0)], hidden, 'POST /pollux/poll HTTP/1.9')],
    ['a version of its own', request([host, json, inside(0)], hidden, 'POST /pollux/poll HTTP/3.0')],
    ['no version', request([host], hidden, 'POST /pollux/poll')],
    ['a blank in the target', request([host, json, inside(0)], hidden, 'POST /pollux/poll x HTTP/1.1')],
    ['a method of its own', request([host, json, inside(0)], hidden, 'POSTX /pollux/poll HTTP/1.1')],
  ];
}
