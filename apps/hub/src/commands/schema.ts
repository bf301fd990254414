import { configurationSchema } from '../configuration/outline.ts';
import { type Command, exitCodes, parseCommandLine } from './command.ts';

/** `pollux-hub schema` */
export const schemaCommand: Command = {
  name: 'schema',
  summary: 'prints the JSON Schema of the configuration',
  help: `pollux-hub schema

Prints the JSON Schema of the configuration file, for editors ("$schema": "…/hub.schema.json") and other tools.`,
  run(args, io) {
    parseCommandLine(args, {});
    io.out(JSON.stringify(configurationSchema, null, 2));
    return Promise.resolve(exitCodes.success);
  },
};
