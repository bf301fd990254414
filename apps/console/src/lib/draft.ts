/** What the inject form holds, and how it becomes a call. */
import type { InjectInput } from '@pollux/admin/contract';

export type AudienceKind = 'recipients' | 'group' | 'everyone';
export type Urgency = 'very-low' | 'low' | 'normal' | 'high';

export interface Draft {
  application: string;
  audience: AudienceKind;
  recipients: string;
  group: string;
  kind: 'direct' | 'fetch';
  type: string;
  data: string;
  href: string;
  version: string;
  spread: number | '';
  ttl: number | '';
  urgency: Urgency;
  topic: string;
  key: string;
}

export function emptyDraft(): Draft {
  return {
    application: '',
    audience: 'recipients',
    recipients: '',
    group: '',
    kind: 'direct',
    type: '',
    data: '{}',
    href: '',
    version: '',
    spread: '',
    ttl: '',
    urgency: 'normal',
    topic: '',
    key: '',
  };
}

const listed = /\s*(?:"((?:[^"]|"")*)"\s*(?=[,\n]|$)|([^,\n]*))(?:[,\n]|$)/g;

/** Names separated by commas or lines; one that holds such, or blanks at its ends, stands in quotes. */
export function recipientsOf(text: string): string[] {
  const names = [...text.matchAll(listed)].map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain.trim());
  return [...new Set(names.filter((name) => name !== ''))];
}

/** The list that `recipientsOf` reads. */
export function recipientList(names: readonly string[]): string {
  return names.map((name) => (/^[\s"]|[,\n]|\s$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(', ');
}

/** What keeps the draft from being sent, by field. */
export function problemsOf(draft: Draft): Readonly<Partial<Record<keyof Draft, string>>> {
  const problems: Partial<Record<keyof Draft, string>> = {};
  if (draft.audience === 'recipients' && recipientsOf(draft.recipients).length === 0)
    problems.recipients = 'Name at least one recipient.';
  if (draft.audience === 'group' && draft.group.trim() === '') problems.group = 'Name the group.';
  if (draft.type.trim() === '') problems.type = 'Say what happened, e.g. order.changed.';
  if (draft.kind === 'fetch' && draft.href.trim() === '') problems.href = 'Say what to fetch.';
  if (draft.kind === 'direct') {
    try {
      JSON.parse(draft.data);
    } catch (error) {
      problems.data = `Not valid JSON: ${(error as Error).message}`;
    }
  }
  return problems;
}

function audienceOf(draft: Draft): InjectInput['to'] {
  switch (draft.audience) {
    case 'recipients':
      return { recipients: recipientsOf(draft.recipients) };
    case 'group':
      return { group: draft.group.trim() };
    case 'everyone':
      return { everyone: true };
  }
}

export function inputOf(draft: Draft): InjectInput {
  const { application, kind, urgency } = draft;
  const [type, topic, key, href, version] = [draft.type, draft.topic, draft.key, draft.href, draft.version].map((text) =>
    text.trim(),
  );
  const content =
    kind === 'direct'
      ? { data: draft.data }
      : {
          fetch: { href: href ?? '', ...(version ? { version } : {}), ...(draft.spread === '' ? {} : { spread: draft.spread }) },
        };
  return {
    application,
    to: audienceOf(draft),
    kind,
    type: type ?? '',
    ...content,
    urgency,
    ...(draft.ttl === '' ? {} : { ttl: draft.ttl }),
    ...(topic ? { topic } : {}),
    ...(key ? { key } : {}),
  };
}
