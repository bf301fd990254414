/** The servlet's addresses, read without a URL parser: those throw on texts that any client can send. */

export type Route =
  | { readonly kind: 'poll' }
  | { readonly kind: 'stream' }
  | { readonly kind: 'ack' }
  | { readonly kind: 'ticket' }
  | { readonly kind: 'health' }
  | { readonly kind: 'openapi' }
  | { readonly kind: 'session'; readonly id: string }
  | { readonly kind: 'notifications'; readonly application: string }
  | { readonly kind: 'notification'; readonly application: string; readonly id: string }
  | { readonly kind: 'recipient'; readonly application: string; readonly recipient: string };

/** The methods that each route takes. */
export const methods: Readonly<Record<Route['kind'], readonly string[]>> = {
  poll: ['POST'],
  stream: ['GET'],
  ack: ['POST'],
  ticket: ['POST'],
  health: ['GET', 'HEAD'],
  openapi: ['GET', 'HEAD'],
  session: ['DELETE'],
  notifications: ['POST'],
  notification: ['GET', 'DELETE'],
  recipient: ['DELETE'],
};

const plainRoutes: ReadonlyMap<string, Route> = new Map([
  ['/poll', { kind: 'poll' }],
  ['/stream', { kind: 'stream' }],
  ['/ack', { kind: 'ack' }],
  ['/ticket', { kind: 'ticket' }],
  ['/health', { kind: 'health' }],
  ['/openapi.json', { kind: 'openapi' }],
]);

/** The path of a request target under the base path, without its query; `undefined` where it lies elsewhere. */
export function pathUnder(basePath: string, target: string): string | undefined {
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  if (!path.startsWith(basePath)) return undefined;
  const rest = path.slice(basePath.length);
  return rest === '' || rest.startsWith('/') ? rest : undefined;
}

/** The route of a path under the base path. */
export function findRoute(path: string): Route | undefined {
  const plain = plainRoutes.get(path);
  if (plain !== undefined) return plain;
  const segments = decodeSegments(path);
  if (segments === undefined) return undefined;
  const [first, second, third, fourth, ...more] = segments;
  if (second === undefined || more.length > 0) return undefined;
  if (first === 'session' && third === undefined) return { kind: 'session', id: second };
  if (first !== 'applications') return undefined;
  if (third === 'notifications')
    return fourth === undefined
      ? { kind: 'notifications', application: second }
      : { kind: 'notification', application: second, id: fourth };
  return third === 'recipients' && fourth !== undefined
    ? { kind: 'recipient', application: second, recipient: fourth }
    : undefined;
}

/** Each segment decoded by itself, so that an encoded slash never makes two of one. */
function decodeSegments(path: string): string[] | undefined {
  const segments = path.split('/').slice(1);
  try {
    const decoded = segments.map((segment) => decodeURIComponent(segment));
    return decoded.includes('') ? undefined : decoded;
  } catch {
    return undefined;
  }
}
