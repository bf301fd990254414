import { type BufferedMessage, type DeliveryStatus, parseMessageId } from '@pollux/core/server';
import { z } from 'zod';
import type { JourneyStep, JourneyView, MessageInput, MessageView } from '../contract/message.ts';
import type { AdminProcedures } from '../contract/router.ts';
import type { Journey, StepEvent } from '../journal/journeys.ts';
import { type AdminContext, audit } from './context.ts';
import { applicationName, messageId } from './inputs.ts';
import { prettyJson } from './json-text.ts';
import { readStored } from './stored.ts';
import { ask, guarded } from './trpc.ts';

const payloadCharacters = 65_536;

/** Asks the application that is said, or recorded, to have published the message; without one, each of them. */
async function statusOf(context: AdminContext, { id, application }: MessageInput): Promise<DeliveryStatus | undefined> {
  const { server } = context.options;
  const known = application ?? context.journal.journeys.get(id)?.accepted.application;
  for (const name of known === undefined ? server.applications : [known]) {
    if (!server.applications.includes(name)) continue;
    const found = await ask(() => server.status(name, id));
    if (found && found.state !== 'unknown') return found;
  }
  return undefined;
}

/** Finds a held message by its position, without taking it. */
async function findHeld({ options: { server } }: AdminContext, status: DeliveryStatus): Promise<BufferedMessage | undefined> {
  const place = parseMessageId(status.id);
  if (!place) return undefined;
  const { address, application } = status;
  const parked = status.state === 'parked';
  const [found] = await ask(() =>
    server.inspect.buffer.peek({ address, application }, { after: place.position - 1, limit: 1, parked }),
  );
  return found?.position === place.position ? found : undefined;
}

async function get(context: AdminContext, input: MessageInput): Promise<MessageView> {
  const { id } = input;
  const status = await statusOf(context, input);
  const message = status && (await findHeld(context, status));
  if (!status || !message) {
    const why = status
      ? `${status.why} The buffer no longer holds its payload.`
      : 'The communication server does not know this message.';
    return { held: false, id, why };
  }
  const { kind, type, content } = readStored(message);
  const payload = prettyJson(content);
  audit(context, { action: 'inspect-payload', target: `${status.application} ${id}`, result: 'ok' });
  const { size, acceptedMs, expiresMs, urgency, topic } = message;
  const { application, address } = status;
  const cut = Math.max(0, payload.length - payloadCharacters);
  return {
    held: true,
    id,
    application,
    address,
    kind,
    type,
    size,
    acceptedMs,
    expiresMs,
    urgency,
    topic,
    payload: payload.slice(0, payloadCharacters),
    cut,
  };
}

function stepView(step: StepEvent): JourneyStep {
  switch (step.kind) {
    case 'delivered': {
      const { kind, atMs, session, recipient, poll, transport } = step;
      return { kind, atMs, session, recipient, poll, transport };
    }
    case 'acknowledged':
      return { kind: step.kind, atMs: step.atMs, session: step.session, recipient: step.recipient };
    case 'failed':
      return { kind: step.kind, atMs: step.atMs, session: step.session, recipient: step.recipient, reason: step.reason };
    case 'removed':
      return { kind: step.kind, atMs: step.atMs, reason: step.reason };
  }
}

function recordedView({ accepted, steps, omitted, deliveries, acknowledgements }: Journey): JourneyView['recorded'] {
  const { address, type, message, bytes, urgency, topic, ttlSeconds, atMs: acceptedMs, waiting } = accepted;
  return {
    address,
    type,
    message,
    bytes,
    urgency,
    topic,
    ttlSeconds,
    acceptedMs,
    waiting,
    deliveries,
    acknowledgements,
    steps: steps.map(stepView),
    omitted,
  };
}

async function journey(context: AdminContext, input: MessageInput): Promise<JourneyView> {
  const found = context.journal.journeys.get(input.id);
  const status = await statusOf(context, input);
  const base = {
    id: input.id,
    nowMs: context.options.server.inspect.totals().nowMs,
    application: status?.application ?? found?.accepted.application,
    status,
  };
  const recorded = found && recordedView(found);
  return recorded ? { ...base, recorded } : base;
}

const byId = z.object({ id: messageId, application: applicationName.optional() });
const byApplication = z.object({ id: messageId, application: applicationName });

export const message: AdminProcedures['message'] = {
  get: guarded.input(byId).query(({ ctx, input }) => get(ctx, input)),
  journey: guarded.input(byId).query(({ ctx, input }) => journey(ctx, input)),
  withdraw: guarded.input(byApplication).mutation(async ({ ctx, input }) => {
    const outcome = await ask(() => ctx.options.server.withdraw(input.application, input.id));
    audit(ctx, { action: 'withdraw', target: `${input.application} ${input.id}`, result: outcome });
    return { outcome };
  }),
};
