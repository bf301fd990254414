/** For workerd: answers with what came out. */
import { exercise } from './exercise.ts';

// biome-ignore lint/style/noDefaultExport: workerd takes a module's default export
export default { fetch: async (): Promise<Response> => Response.json(await exercise()) };
