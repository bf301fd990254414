/** The one definition of the configuration: what is checked at start, and what `hub.schema.json` is made from. */
import { applicationPattern } from '@pollux/core';
import { z } from 'zod';
import { bufferDefinition } from './buffer-definition.ts';
import type { AdminConfiguration, ApplicationConfiguration, HubConfiguration } from './configuration.ts';
import { distinct, name, object, oneOf, text, wholeNumber, yesOrNo } from './fields.ts';
import { identityDefinition } from './identity-definition.ts';
import { limitsDefinition } from './limits-definition.ts';
import { isBasePath, isFetchTarget, isHost, isName, isOrigin, isPasswordHash } from './text-rules.ts';

const host = (description: string): z.ZodType<string> =>
  text({ rule: 'must be an IP address or a host name, for example "127.0.0.1"', accepts: isHost, description });

const port = (description: string, usual: number): z.ZodDefault<z.ZodInt> =>
  wholeNumber({ min: 0, max: 65_535, default: usual, description });

const listen = z
  .strictObject(
    {
      host: host('The address to listen on. Default 127.0.0.1: this machine only.').default('127.0.0.1'),
      port: port('The port to listen on; 0 takes a free one. Default 4100.', 4100),
    },
    object('{ "host": "127.0.0.1", "port": 4100 }'),
  )
  .prefault({})
  .describe('Where clients poll and application servers publish.');

const publisherKey = text({
  rule: 'must be "sha256:" and 64 small hex digits: the fingerprint that "pollux-hub key" prints, never the key itself',
  pattern: /^sha256:[0-9a-f]{64}$/,
  accepts: () => true,
  description: 'Fingerprint of a publisher key.',
});

const schema = z.record(z.string(), z.unknown(), { error: 'must be a JSON Schema, for example { "type": "object" }' });

const application: z.ZodType<ApplicationConfiguration> = z.strictObject(
  {
    title: name('Orders', 'Text for people, shown by the console.').exactOptional(),
    publisherKeys: distinct(publisherKey, {
      rule: 'must be a list of at most 16 fingerprints',
      max: 16,
      description:
        'Whoever holds the key of one of these fingerprints may publish for this application. Several at once let keys be changed without a pause.',
    }).default([]),
    fetchTargets: distinct(
      text({
        rule: 'must be an origin as browsers write it or an absolute path, for example "https://orders.example" or "/api/orders"',
        accepts: isFetchTarget,
        description: 'An origin, an absolute path, or both.',
      }),
      {
        rule: 'must be a list of at most 64 origins and paths',
        max: 64,
        description: 'What `fetch` notifications of this application may name.',
      },
    ).default([]),
    overflow: oneOf(['reject', 'drop-oldest'], {
      description: "What a publish to a full queue meets. Default 'reject', for group and everyone queues 'drop-oldest'.",
    }).exactOptional(),
    retain: oneOf(['acknowledged', 'ttl'], {
      description: "'ttl' keeps messages until they expire, whoever acknowledged them: an inbox.",
    }).default('acknowledged'),
    schemas: z
      .record(z.string(), schema, object('{ "order.changed": { "type": "object" } }'))
      .default({})
      .describe("JSON Schemas of the payloads by type, for the console's form."),
  },
  object('{ "title": "Orders", "publisherKeys": [] }'),
);

const applicationName = z.string().regex(applicationPattern, {
  error:
    'is not a possible application name: a small letter, then up to 62 small letters, digits and hyphens, for example "orders"',
});

const credential = z.strictObject(
  {
    name: text({
      rule: 'must be a text of 1 to 64 characters without control characters, for example "admin"',
      accepts: (value) => isName(value) && value.length <= 64,
      description: 'Who signs in.',
    }),
    password: text({
      rule: 'must be a hash that "pollux-hub password" prints, which begins with "scrypt:"; never the password itself',
      pattern: /^scrypt:\d{4,7}:\d{1,2}:\d{1,2}:[\w-]{20,128}:[\w-]{40,128}$/,
      accepts: isPasswordHash,
      description: 'The hash of the password.',
    }).meta({ writeOnly: true }),
    role: oneOf(['viewer', 'operator', 'admin'], { description: 'What this person may do.' }),
  },
  object('{ "name": "admin", "password": "scrypt:…", "role": "admin" }'),
);

const admin: z.ZodType<AdminConfiguration> = z
  .strictObject(
    {
      host: host('The address to listen on. Default 127.0.0.1: this machine only.').default('127.0.0.1'),
      port: port('The port to listen on; 0 takes a free one. Default 4101.', 4101),
      environment: text({
        rule: 'must be a text of 1 to 40 characters, for example "production"',
        accepts: (value) => isName(value) && value.length <= 40,
        description: "The name on the console's badge.",
      }).default('development'),
      credentials: distinct(credential, {
        rule: 'must be a list of 1 to 100 entries { "name", "password", "role" }; "pollux-hub password" makes the hash',
        min: 1,
        max: 100,
        description: 'Who may sign in to the console.',
      }),
      origins: distinct(
        text({
          rule: 'must be an origin exactly as browsers write it, without a path, for example "https://admin.example"',
          accepts: isOrigin,
          description: 'An origin.',
        }),
        {
          rule: 'must be a list of at most 20 origins',
          max: 20,
          description: 'Origins under which browsers reach the console, where that is another name than 127.0.0.1 or localhost.',
        },
      ).default([]),
      allowRemote: yesOrNo({
        default: false,
        description: 'Allows an address that other machines reach. Put TLS in front of it.',
      }),
    },
    object('{ "port": 4101, "credentials": […] }'),
  )
  .describe('The console, Prometheus metrics and health, on a listener of their own. Left out: none of them.');

/** The configuration as it may be written. */
export const configurationDefinition: z.ZodType<
  Omit<HubConfiguration, 'limits'> & { readonly limits: Partial<HubConfiguration['limits']> }
> = z
  .strictObject(
    {
      $schema: z.string({ error: 'must be a text' }).exactOptional().describe('The address of hub.schema.json, for editors.'),
      listen,
      workers: wholeNumber({
        min: 1,
        max: 64,
        default: 1,
        description:
          'Processes that serve, so that as many cores work. Each has a console of its own: the first at admin.port, the others at the ports after it.',
      }),
      basePath: text({
        rule: 'must be a path of plain segments that begins with a slash and does not end with one, for example "/pollux"',
        accepts: isBasePath,
        description: 'The path under which everything for clients and application servers lies.',
      }).default('/pollux'),
      origins: distinct(
        text({
          rule: 'must be an origin exactly as browsers write it, without a path, for example "https://app.example" or "http://127.0.0.1:4110"',
          accepts: isOrigin,
          description: 'An origin.',
        }),
        {
          rule: 'must be a list of at most 100 origins',
          max: 100,
          description: 'Origins of the pages that may poll from a browser; that of the hub itself needs no entry.',
        },
      ).default([]),
      applications: z
        .record(applicationName, application, object('{ "orders": { "publisherKeys": ["sha256:…"] } }'))
        .refine((all) => Object.keys(all).length > 0, {
          error: 'must name at least one application, for example { "orders": { "publisherKeys": ["sha256:…"] } }',
        })
        .describe('The applications by name: each may publish, and has client code in the page.'),
      identity: identityDefinition,
      buffer: bufferDefinition,
      limits: limitsDefinition,
      admin: admin.exactOptional(),
      log: z
        .strictObject(
          {
            level: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
              description: 'The least level that is written.',
            }).default('info'),
          },
          object('{ "level": "info" }'),
        )
        .prefault({})
        .describe('JSON lines on standard output.'),
      shutdown: z
        .strictObject(
          {
            drainSeconds: wholeNumber({
              min: 0,
              max: 300,
              default: 5,
              description: 'When the hub ends, clients are told to come back after a random part of this many seconds.',
            }),
          },
          object('{ "drainSeconds": 5 }'),
        )
        .prefault({})
        .describe('How the hub ends.'),
    },
    object('{ "applications": { … }, "identity": { … } }'),
  )
  .meta({ title: 'Configuration of pollux-hub' });
