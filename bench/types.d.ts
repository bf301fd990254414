/** What the peers' packages leave untyped, as far as this benchmark uses them. */

declare module 'faye' {
  import type { Server } from 'node:http';

  export class NodeAdapter {
    constructor(options: { readonly mount: string; readonly timeout: number });
    attach(server: Server): void;
    getClient(): { publish(channel: string, data: unknown): unknown };
  }
  const faye: { NodeAdapter: typeof NodeAdapter };
  export default faye;
}

declare module 'sockjs' {
  import type { Server } from 'node:http';

  export interface Connection {
    write(text: string): boolean;
  }
  const sockjs: {
    createServer(options: { readonly prefix: string; readonly log: () => void }): {
      on(event: 'connection', listener: (connection: Connection) => void): void;
      installHandlers(server: Server): void;
    };
  };
  export default sockjs;
}
