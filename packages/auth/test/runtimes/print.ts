/** For Deno and Bun: prints what came out. */
import { exercise } from './exercise.ts';

console.log(JSON.stringify(await exercise()));
