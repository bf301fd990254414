/** Answers as the cases look at them, and the one place where they are read as protocol types. */
import type { Problem } from '../../protocol/problem.ts';
import type { Gap, GapReason, Message, PollAnswer, PollSection, PublishAnswer } from '../../protocol/types.ts';

export interface WireAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, parsed; `undefined` where it is empty or not JSON. */
  readonly json: unknown;
}

export async function readAnswer(response: Response): Promise<WireAnswer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The body as a problem document; its members are looked at by the cases. */
export function problemOf(answer: WireAnswer): Problem {
  return (answer.json ?? {}) as Problem;
}

/** @throws Error where the answer is not a 202 */
export function publishAnswerOf(answer: WireAnswer): PublishAnswer {
  if (answer.status !== 202) throw new Error(`a publish got ${answer.status}: ${answer.text}`);
  return answer.json as PublishAnswer;
}

/** What a poll brought. */
export interface Polled {
  readonly answer: WireAnswer;
  readonly status: number;
  /** Empty for a 204. */
  readonly body: Partial<PollAnswer>;
  /** The section of an application, looked up as an own member. */
  section(application: string): PollSection | undefined;
  messages(application: string): readonly Message[];
  /** Payloads of an application's direct messages, in order. */
  data(application: string): readonly unknown[];
  gap(application: string): Gap | undefined;
  /** Reasons of an application's gap with their counts, sorted by reason. */
  losses(application: string): readonly (readonly [GapReason, number | undefined])[];
  cursor(application: string): string | undefined;
  error(application: string): Problem | undefined;
}

/** @throws Error where the answer is neither 200 nor 204 */
export function polledOf(answer: WireAnswer): Polled {
  if (answer.status !== 200 && answer.status !== 204) throw new Error(`a poll got ${answer.status}: ${answer.text}`);
  const body = (answer.status === 200 ? answer.json : {}) as Partial<PollAnswer>;
  const sections = new Map(Object.entries(body.applications ?? {}));
  const good = (application: string): Exclude<PollSection, { error: Problem }> | undefined => {
    const section = sections.get(application);
    return section === undefined || 'error' in section ? undefined : section;
  };
  const messages = (application: string): readonly Message[] => good(application)?.messages ?? [];
  return {
    answer,
    status: answer.status,
    body,
    section: (application) => sections.get(application),
    messages,
    data: (application) => messages(application).map((message) => (message.kind === 'direct' ? message.data : message.kind)),
    gap: (application) => good(application)?.gap,
    losses: (application) =>
      (good(application)?.gap?.losses ?? [])
        .map((loss) => [loss.reason, loss.count] as const)
        .sort(([left], [right]) => (left < right ? -1 : 1)),
    cursor: (application) => good(application)?.cursor,
    error: (application) => {
      const section = sections.get(application);
      return section !== undefined && 'error' in section ? section.error : undefined;
    },
  };
}
