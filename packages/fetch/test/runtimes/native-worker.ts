/** A worker that answers what comes of loading a native module. */
import process from 'node:process';

// biome-ignore lint/style/noDefaultExport: workerd takes a module's default export
export default {
  async fetch(): Promise<Response> {
    try {
      process.dlopen({ exports: {} }, '/lmdb.node');
      return new Response('loaded');
    } catch (error) {
      return new Response(String(error));
    }
  },
};
