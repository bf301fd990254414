/** Faults of what polls are answered, and of publishes. */

import type { PollApplication } from '../../../src/protocol/types.ts';
import { polled, polling, type WireMutant } from './wire-mutant.ts';

function eachApplication(
  applications: Readonly<Record<string, PollApplication>>,
  change: (asked: PollApplication) => PollApplication,
): Readonly<Record<string, PollApplication>> {
  return Object.fromEntries(Object.entries(applications).map(([name, asked]) => [name, change(asked)]));
}

export const serverMutants: readonly WireMutant[] = [
  {
    name: 'fails the whole poll for one application',
    breaks: ['3.9', '4.4'],
    parts: polling(
      (server) => (identity, request, reply) =>
        server.poll(identity, request, {
          answer: (outcome) => {
            const isFailed = outcome.status === 200 && outcome.json.includes('"error":');
            reply.answer(
              isFailed
                ? {
                    status: 400,
                    problem: { type: 'urn:pollux:problem:invalid-field', code: 'invalid-field', title: 'x', status: 400 },
                  }
                : outcome,
            );
          },
        }),
    ),
  },
  {
    name: 'serves every application to everybody',
    breaks: ['3.9'],
    parts: polling(
      (server) =>
        ({ applications: _applications, ...identity }, request, reply) =>
          server.poll(identity, request, reply),
    ),
  },
  {
    name: 'leaves refused applications out in silence',
    breaks: ['3.9', '4.4'],
    parts: polled((body) => ({
      ...body,
      applications: Object.fromEntries(Object.entries(body.applications ?? {}).filter(([, { error }]) => error === undefined)),
    })),
  },
  {
    name: 'forgets where a session began to follow a log',
    breaks: ['4.8'],
    parts: polling((server) => (identity, request, reply) => {
      const isFirst = Object.values(request.applications).some(({ cursor }) => cursor === null || cursor === undefined);
      const { session: _session, ...anew } = request;
      return server.poll(identity, isFirst ? anew : request, reply);
    }),
  },
  {
    name: 'delivers a message twice in one answer',
    breaks: ['3.8', '4.8'],
    parts: polled((body) => {
      for (const section of Object.values(body.applications ?? {}))
        section.messages &&= section.messages.flatMap((message) => [message, message]);
      return body;
    }),
  },
  {
    name: 'tells a gap after the messages behind it',
    breaks: ['6.2'],
    parts: (() => {
      let late: unknown;
      return polled((body) => {
        for (const section of Object.values(body.applications ?? {})) {
          const gap = section.gap;
          if (section.messages === undefined) section.gap = gap ?? late;
          else delete section.gap;
          late = gap;
        }
        return body;
      });
    })(),
  },
  {
    name: "gives every message the section's cursor",
    breaks: ['4.3'],
    parts: polled((body) => {
      for (const section of Object.values(body.applications ?? {}))
        for (const message of section.messages ?? []) message['cursor'] = section.cursor;
      return body;
    }),
  },
  {
    name: 'ignores maxDelay',
    breaks: ['8.4'],
    parts: polling(
      (server) => (identity, request, reply) =>
        server.poll(
          identity,
          { ...request, applications: eachApplication(request.applications, ({ maxDelay: _maxDelay, ...asked }) => asked) },
          reply,
        ),
    ),
  },
  {
    name: 'takes null with read for a first poll',
    breaks: ['4.10'],
    parts: polling(
      (server) => (identity, request, reply) =>
        server.poll(
          identity,
          {
            ...request,
            applications: eachApplication(request.applications, (asked) => (asked.cursor === null ? { cursor: null } : asked)),
          },
          reply,
        ),
    ),
  },
  {
    name: 'ignores read',
    breaks: ['4.2', '3.10'],
    parts: polling(
      (server) => (identity, request, reply) =>
        server.poll(
          identity,
          { ...request, applications: eachApplication(request.applications, ({ read: _read, ...asked }) => asked) },
          reply,
        ),
    ),
  },
  {
    name: 'parks nothing',
    breaks: ['6.8'],
    parts: polling(
      (server) =>
        (identity, { failed: _failed, ...request }, reply) =>
          server.poll(identity, request, reply),
    ),
  },
  {
    name: 'says goodbye to nobody',
    breaks: ['7.4', '5.2'],
    parts: { server: (server) => ({ ...server, goodbye: () => undefined }) },
  },
  {
    name: "ends another recipient's session",
    breaks: ['7.4'],
    parts: {
      server: (server) => ({
        ...server,
        goodbye: (_identity, session) => server.goodbye({ recipient: server.inspect.session(session)?.recipient ?? '' }, session),
      }),
    },
  },
  {
    name: "shows and withdraws another application's messages",
    breaks: ['10.4'],
    parts: {
      server: (server) => ({
        ...server,
        status: (_application, id) =>
          server.applications.map((name) => server.status(name, id)).find((found) => found !== undefined),
        withdraw: (_application, id) =>
          server.applications.map((name) => server.withdraw(name, id)).find((outcome) => outcome !== 'unknown') ?? 'unknown',
      }),
    },
  },
  {
    name: "erases a recipient's messages of all applications",
    breaks: ['10.3'],
    parts: {
      server: (server) => ({
        ...server,
        eraseRecipient: (_application, recipient) =>
          server.applications.reduce((sum, name) => sum + Number(server.eraseRecipient(name, recipient)), 0),
      }),
    },
  },
  {
    name: 'refuses a whole batch for one wrong notification',
    breaks: ['9.4'],
    parts: {
      server: (server) => ({
        ...server,
        publish: (application, notifications, ...more) => {
          const list: readonly unknown[] = Array.isArray(notifications) ? notifications : [notifications];
          const isWrong = list.some((one) => typeof one !== 'object' || one === null || ('ttl' in one && one.ttl === 0));
          return server.publish(application, isWrong ? [null] : notifications, ...more);
        },
      }),
    },
  },
  {
    name: 'counts no woken polls',
    breaks: ['9.3'],
    parts: {
      server: (server) => ({
        ...server,
        publish: (...args) => {
          const answer = server.publish(...args);
          return 'then' in answer ? answer : { ...answer, accepted: answer.accepted.map((entry) => ({ ...entry, waiting: 0 })) };
        },
      }),
    },
  },
];
