/**
 * Prometheus metrics. The server counts for itself, and its counts are read when somebody asks; only what is rare
 * (refusals by reason, gaps, failures) is counted here, from events.
 */
import type { CommunicationServer, ServerEvent } from '@pollux/core/server';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** The hub's metrics as text. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** Counts a token or key that was not accepted. */
  authenticationFailed(who: 'client' | 'publisher', reason: string): void;
  stop(): void;
}

type Source = (set: (labels: Record<string, string>, value: number) => void) => void | Promise<void>;

/** A metric whose values are read from `source` when asked. */
function read(
  registers: [Registry],
  kind: 'gauge' | 'counter',
  name: string,
  about: { readonly help: string; readonly labels?: string[]; readonly source: Source },
): void {
  const common = { name, help: about.help, labelNames: about.labels ?? [], registers };
  if (kind === 'gauge') {
    new Gauge({
      ...common,
      async collect() {
        await about.source((labels, value) => this.set(labels, value));
      },
    });
    return;
  }
  new Counter({
    ...common,
    async collect() {
      this.reset();
      await about.source((labels, value) => this.inc(labels, value));
    },
  });
}

function addTotals(server: CommunicationServer, registers: [Registry]): void {
  const { inspect } = server;
  const gauge = (name: string, help: string, value: () => number): void =>
    read(registers, 'gauge', name, { help, source: (set) => set({}, value()) });
  gauge('pollux_sessions', 'Sessions open now.', () => inspect.totals().sessions);
  gauge('pollux_held_polls', 'Polls held now.', () => inspect.totals().heldPolls);
  gauge('pollux_draining', '1 while the hub is going away.', () => Number(inspect.totals().draining));
  gauge('pollux_buffer_limit_bytes', 'Bytes that the message buffer may hold.', () => server.limits.bufferBytes);
  const counter = (name: string, help: string, value: () => number): void =>
    read(registers, 'counter', name, { help, source: (set) => set({}, value()) });
  counter('pollux_polls_total', 'Polls answered.', () => inspect.totals().polls);
  counter('pollux_empty_polls_total', 'Polls answered with nothing new.', () => inspect.totals().emptyPolls);
}

/** `fileBytes` as `file_bytes`. */
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function addStorage(server: CommunicationServer, registers: [Registry]): void {
  read(registers, 'gauge', 'pollux_buffer_state', {
    help: 'How the message buffer is: 1 at its state, 0 at the others.',
    labels: ['state'],
    source(set) {
      const now = server.inspect.storage().state;
      for (const state of ['ok', 'degraded', 'failed']) set({ state }, Number(state === now));
    },
  });
  // Each kind of buffer has figures of its own, the same at all times.
  for (const figure of Object.keys(server.inspect.storage().figures ?? {})) {
    read(registers, 'gauge', `pollux_buffer_${snakeCase(figure)}`, {
      help: `What the message buffer says of itself: ${figure}.`,
      source: (set) => set({}, server.inspect.storage().figures?.[figure] ?? 0),
    });
  }
}

/** What is in the buffer; undefined of one that is away, so that all other metrics are told. */
async function totalsOf({ inspect }: CommunicationServer) {
  try {
    return await inspect.buffer.totals();
  } catch (error) {
    if (inspect.storage().state === 'failed') return undefined;
    throw error;
  }
}

function addBuffer(server: CommunicationServer, registers: [Registry]): void {
  const parts = {
    messages: 'Messages that wait.',
    bytes: 'Bytes of the messages that wait.',
    queues: 'Queues in the message buffer.',
    addresses: 'Addresses in the message buffer.',
    parked: 'Messages set aside because a handler failed.',
  } as const;
  for (const [part, help] of Object.entries(parts)) {
    const source: Source = async (set) => {
      const totals = await totalsOf(server);
      if (totals !== undefined) set({}, totals[part as keyof typeof parts]);
    };
    read(registers, 'gauge', `pollux_buffer_${part}`, { help, source });
  }
}

function addApplications(server: CommunicationServer, registers: [Registry]): void {
  const counts = {
    accepted: ['pollux_notifications_accepted_total', 'Notifications stored, one for each address.'],
    delivered: ['pollux_messages_delivered_total', 'Messages written into answers, repetitions included.'],
    acknowledged: ['pollux_messages_acknowledged_total', 'Messages that sessions said they handled.'],
  } as const;
  const labels = ['application'];
  for (const [count, [name, help]] of Object.entries(counts)) {
    const source: Source = (set) => {
      for (const each of server.inspect.applications()) set({ application: each.name }, each[count as keyof typeof counts]);
    };
    read(registers, 'counter', name, { help, labels, source });
  }
  read(registers, 'gauge', 'pollux_application_sessions', {
    help: 'Sessions that follow the application now.',
    labels,
    source(set) {
      for (const { name, sessions } of server.inspect.applications()) set({ application: name }, sessions);
    },
  });
  read(registers, 'counter', 'pollux_messages_removed_total', {
    help: 'Messages that left the buffer, by reason.',
    labels: ['application', 'reason'],
    source(set) {
      for (const { name, removed } of server.inspect.applications()) {
        for (const [reason, count] of Object.entries(removed)) set({ application: name, reason }, count);
      }
    },
  });
}

/** Counts rare events; every other one costs the look at its kind. */
function countEvents(server: CommunicationServer, registers: [Registry]): () => void {
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> =>
    new Counter({ name, help, labelNames, registers });
  const refused = counter('pollux_notifications_refused_total', 'Notifications not stored, by problem.', ['application', 'code']);
  const gaps = counter('pollux_gaps_total', 'Losses told to sessions, by reason.', ['application', 'reason']);
  const closed = counter('pollux_sessions_closed_total', 'Sessions that ended, by reason.', ['reason']);
  const opened = counter('pollux_sessions_opened_total', 'Sessions that began.', []);
  const superseded = counter('pollux_polls_superseded_total', 'Polls that a newer one of their session replaced.', []);
  const failed = counter('pollux_handlers_failed_total', 'Messages whose handler failed for good, as clients say.', [
    'application',
  ]);
  const broken = counter('pollux_buffer_failures_total', 'Failures of the message buffer.', ['stage']);
  const known = new Set(server.applications);
  // Names that strangers invent must not become time series.
  const label = (application: string): string => (known.has(application) ? application : 'unknown');

  return server.observe((event: ServerEvent) => {
    switch (event.kind) {
      case 'refused':
        return refused.inc({ application: label(event.application), code: event.code });
      case 'gap':
        return event.losses.forEach(({ reason }) => {
          gaps.inc({ application: label(event.application), reason });
        });
      case 'session-opened':
        return opened.inc();
      case 'session-closed':
        return closed.inc({ reason: event.reason });
      case 'poll-superseded':
        return superseded.inc();
      case 'failed':
        return failed.inc({ application: label(event.application) });
      case 'buffer-failed':
        return broken.inc({ stage: event.stage });
      case 'accepted':
      case 'delivered':
      case 'acknowledged':
      case 'removed':
      case 'poll-held':
      case 'poll-answered':
        return;
    }
  });
}

/** Makes the metrics of a server and of this process. */
export function createMetrics(server: CommunicationServer): Metrics {
  const registry = new Registry();
  const registers: [Registry] = [registry];
  collectDefaultMetrics({ register: registry });
  addTotals(server, registers);
  addBuffer(server, registers);
  addStorage(server, registers);
  addApplications(server, registers);
  const authentication = new Counter({
    name: 'pollux_authentication_failures_total',
    help: 'Tokens and publisher keys that were not accepted, by reason.',
    labelNames: ['who', 'reason'],
    registers,
  });
  const stop = countEvents(server, registers);
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    authenticationFailed: (who, reason) => authentication.inc({ who, reason }),
    stop,
  };
}
