/** The inject page's draft: prefilled from the address, or from an existing message that is to be sent again. */
import type { InjectSchemas } from '@pollux/admin/contract';
import { ref, type ShallowRef, watch } from 'vue';
import { type LocationQuery, useRoute } from 'vue-router';
import { type Api, failureOf, useApi } from '../api.ts';
import { type Draft, emptyDraft, recipientList } from '../lib/draft.ts';
import { exampleOf, type Schema } from '../lib/schema.ts';
import { useToasts } from '../stores/toasts.ts';

function text(query: LocationQuery, name: string): string {
  return typeof query[name] === 'string' ? query[name] : '';
}

async function copyOf(api: Api, id: string, application: string): Promise<Partial<Draft>> {
  const found = await api.message.get.query({ id, ...(application ? { application } : {}) });
  if (!found.held) throw new Error(`The payload cannot be copied: ${found.why}`);
  if (found.kind === 'withdrawn') throw new Error('A withdrawal cannot be copied: withdraw the message that it names.');
  if (found.cut > 0) throw new Error('The payload is too large to be copied into a form.');
  const { address } = found;
  const audience: Partial<Draft> =
    address.kind === 'everyone'
      ? { audience: 'everyone' }
      : address.kind === 'group'
        ? { audience: 'group', group: address.name }
        : { audience: 'recipients', recipients: recipientList([address.name]) };
  const base: Partial<Draft> = {
    ...audience,
    application: found.application,
    type: found.type,
    topic: found.topic ?? '',
    urgency: found.urgency as Draft['urgency'],
  };
  if (found.kind !== 'fetch') return { ...base, kind: 'direct', data: found.payload };
  const { href, version = '', spread = '' } = JSON.parse(found.payload) as { href: string; version?: string; spread?: number };
  return { ...base, kind: 'fetch', href, version, spread };
}

export function useDraft(schemas: ShallowRef<InjectSchemas | undefined>) {
  const api = useApi();
  const route = useRoute();
  const toasts = useToasts();
  const draft = ref<Draft>(emptyDraft());
  let prefilled = false;

  async function prefill(known: InjectSchemas): Promise<void> {
    const { query } = route;
    const named = known.applications.find((each) => each.name === text(query, 'app')) ?? known.applications[0];
    const type = text(query, 'type') || Object.keys(named?.schemas ?? {})[0] || '';
    const schema = named?.schemas[type] as Schema | undefined;
    Object.assign(draft.value, {
      application: named?.name ?? '',
      type,
      recipients: recipientList([text(query, 'to')].filter(Boolean)),
      data: JSON.stringify(exampleOf(schema), undefined, 2),
    });
    const id = text(query, 'copy');
    if (id === '') return;
    try {
      Object.assign(draft.value, await copyOf(api, id, text(query, 'app')));
    } catch (error) {
      toasts.show(failureOf(error).message, 'red');
    }
  }

  watch(
    schemas,
    (known) => {
      if (!known || prefilled) return;
      prefilled = true;
      void prefill(known);
    },
    { immediate: true },
  );
  return draft;
}
