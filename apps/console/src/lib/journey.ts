/** A message's life as steps that people read, from what was recorded and what the server says now. */
import type { JourneyStep, JourneyView } from '@pollux/admin/contract';
import type { Tone } from './feed.ts';
import { formatDuration, plural } from './format.ts';
import { visible } from './visible.ts';

export interface Stage {
  readonly title: string;
  readonly detail: string;
  readonly tone: Tone;
  readonly atMs: number | undefined;
  /** Time since the stage before, as text. */
  readonly after: string;
  readonly session?: string;
}

const removals: Readonly<Record<string, readonly [string, Tone]>> = {
  acknowledged: ['Freed: everybody acknowledged', 'green'],
  expired: ['Expired', 'amber'],
  overflow: ['Dropped: the queue was full', 'red'],
  collapsed: ['Replaced by a newer one of its topic', 'blue'],
  withdrawn: ['Withdrawn', 'grey'],
  parked: ['Parked: its handler failed', 'red'],
  purged: ['Purged by an operator', 'red'],
  erased: ['Erased with its recipient', 'red'],
};

function stageOf(step: JourneyStep): Omit<Stage, 'after'> {
  switch (step.kind) {
    case 'delivered':
      return {
        title: `Delivered to ${visible(step.recipient)}`,
        detail: `in poll ${step.poll}, ${step.transport}`,
        tone: 'violet',
        atMs: step.atMs,
        session: step.session,
      };
    case 'acknowledged':
      return {
        title: `Acknowledged by ${visible(step.recipient)}`,
        detail: 'its handlers are done',
        tone: 'green',
        atMs: step.atMs,
        session: step.session,
      };
    case 'failed':
      return {
        title: `Failed at ${visible(step.recipient)}`,
        detail: visible(step.reason),
        tone: 'red',
        atMs: step.atMs,
        session: step.session,
      };
    case 'removed': {
      const [title, tone] = removals[step.reason] ?? [step.reason, 'grey' as const];
      return { title, detail: '', tone, atMs: step.atMs };
    }
  }
}

function isFreed(step: JourneyStep): boolean {
  return step.kind === 'removed' && step.reason === 'acknowledged';
}

/** All stages, each with the time since the one before. */
export function stagesOf(journey: JourneyView): readonly Stage[] {
  const { recorded } = journey;
  if (!recorded) return [];
  const woke = recorded.waiting > 0 ? `woke ${plural(recorded.waiting, 'held poll')}` : 'nobody was waiting';
  const first = {
    title: 'Accepted',
    detail: `from ${journey.application ?? 'its application'}, ${woke}`,
    tone: 'blue' as const,
    atMs: recorded.acceptedMs,
  };
  // The buffer frees while it acknowledges, and tells of it first; people read it the other way round.
  const steps = recorded.steps.toSorted((a, b) => Number(isFreed(a)) - Number(isFreed(b)));
  const stages = [first, ...steps.map(stageOf)];
  return stages.map((stage, index) => {
    const before = stages[index - 1]?.atMs;
    return { ...stage, after: before === undefined || stage.atMs === undefined ? '' : formatDuration(stage.atMs - before) };
  });
}

/** Whether anything is still to come. */
export function isOver(journey: JourneyView): boolean {
  return journey.recorded?.steps.some((step) => step.kind === 'removed') ?? false;
}
