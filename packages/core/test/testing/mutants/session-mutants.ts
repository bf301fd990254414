/** Faults of sessions and of holding. */

import type { PollOutcome } from '../../../src/server/communication-server.ts';
import { polled, polling, type WireMutant } from './wire-mutant.ts';

export const sessionMutants: readonly WireMutant[] = [
  {
    name: 'does not end the poll that was taken over',
    breaks: ['7.3'],
    parts: polling(
      (server) => (identity, request, reply) =>
        server.poll(identity, request, { answer: (outcome) => void (outcome.status === 409 || reply.answer(outcome)) }),
    ),
  },
  {
    name: 'tells the loser of two polls that nothing came',
    breaks: ['7.3'],
    parts: polling(
      (server) => (identity, request, reply) =>
        server.poll(identity, request, { answer: (outcome) => reply.answer(outcome.status === 409 ? { status: 204 } : outcome) }),
    ),
  },
  {
    name: 'lets the later arrival win whatever its seq',
    breaks: ['7.3'],
    parts: polling((server) => {
      let seq = 1000;
      return (identity, request, reply) => server.poll(identity, { ...request, seq: seq++ }, reply);
    }),
  },
  {
    name: 'takes over the polls of all sessions of a recipient',
    breaks: ['7.3', '9.3'],
    parts: polling((server) => {
      const held = new Map<string, () => void>();
      return (identity, request, reply) => {
        held.get(identity.recipient)?.();
        const poll = server.poll(identity, request, reply);
        if (poll === undefined) held.delete(identity.recipient);
        else {
          held.set(identity.recipient, () => {
            poll.cancel();
            reply.answer({ status: 204 });
          });
        }
        return poll;
      };
    }),
  },
  {
    name: "accepts another recipient's session",
    breaks: ['7.2', '7.4'],
    parts: {
      server: (server) => {
        const owners = new Map<string, Parameters<typeof server.poll>[0]>();
        return {
          ...server,
          poll: (identity, request, reply) => {
            const as = owners.get(request.session ?? '') ?? identity;
            return server.poll(as, request, {
              answer: (outcome) => {
                if (outcome.status === 200) owners.set((JSON.parse(outcome.json) as { session: string }).session, as);
                reply.answer(outcome);
              },
            });
          },
        };
      },
    },
  },
  {
    name: 'adopts the session id of the client',
    breaks: ['7.2'],
    parts: polling(
      (server) => (identity, request, reply) =>
        server.poll(identity, request, {
          answer: (outcome) => {
            if (outcome.status !== 200 || request.session === undefined) return reply.answer(outcome);
            reply.answer({
              ...outcome,
              json: JSON.stringify({ ...(JSON.parse(outcome.json) as object), session: request.session }),
            });
          },
        }),
    ),
  },
  {
    name: 'gives ids that can be guessed',
    breaks: ['7.1'],
    parts: (() => {
      let count = 0;
      const ids = new Map<string, string>();
      return polled((body) => {
        const session = String(body.session);
        const id = ids.get(session) ?? `s_${String(count++).padStart(22, '0')}`;
        ids.set(session, id);
        return { ...body, session: id };
      });
    })(),
  },
  {
    name: 'crosses the replies of two held polls',
    breaks: ['3.2'],
    parts: polling((server) => {
      const waiting: ((json: string) => void)[] = [];
      const jsons: string[] = [];
      return (identity, request, reply) => {
        let isLater = false;
        const poll = server.poll(identity, request, {
          answer: (outcome: PollOutcome) => {
            if (!isLater || outcome.status !== 200) return reply.answer(outcome);
            waiting.push((json) => reply.answer({ ...outcome, json }));
            jsons.push(outcome.json);
            setTimeout(() => {
              const all = waiting.splice(0);
              const texts = jsons.splice(0);
              for (const [index, answer] of all.entries()) answer(texts[(index + 1) % texts.length] ?? '{}');
            }, 0);
          },
        });
        isLater = true;
        return poll;
      };
    }),
  },
  {
    name: 'loses the wake-up of a held poll',
    breaks: ['3.6', '9.3'],
    parts: polling((server) => (identity, request, reply) => {
      let isLater = false;
      const poll = server.poll(identity, request, {
        answer: (outcome) => void ((isLater && outcome.status === 200) || reply.answer(outcome)),
      });
      isLater = true;
      return poll;
    }),
  },
  {
    name: 'never holds a poll',
    breaks: ['3.6', '8.4'],
    parts: polling((server) => (identity, request, reply) => server.poll(identity, { ...request, wait: 0 }, reply)),
  },
  {
    name: 'holds a poll that opens a session',
    breaks: ['3.4'],
    parts: polling((server) => (identity, request, reply) => {
      if (request.session !== undefined || (request.wait ?? 0) === 0) return server.poll(identity, request, reply);
      return { cancel: () => undefined };
    }),
  },
  {
    name: 'holds past the expiry of the credential',
    breaks: ['3.6'],
    parts: polling(
      (server) =>
        ({ expiresMs: _expiresMs, ...identity }, request, reply) =>
          server.poll(identity, request, reply),
    ),
  },
];
