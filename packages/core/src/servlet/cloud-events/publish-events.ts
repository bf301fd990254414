/** Publishing by CloudEvents: reads one event, or a batch of them, and gives the notifications that tell of them. */
import { problem, Refusal } from '../../protocol/problem.ts';
import { isProblem } from '../../protocol/requests.ts';
import { useJson, useText, withBody } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import { respondProblem, type Service } from '../service.ts';
import { readBinaryEvent } from './binary-event.ts';
import type { ContentMode } from './content-mode.ts';
import { type Defaults, readDefaults } from './delivery.ts';
import { notificationOfEvent } from './event-notification.ts';

/** Goes on with notifications and the raw texts of their payloads. */
export type UseNotifications = (notifications: unknown, payloads: readonly (string | undefined)[]) => void;

/** Reads the events of a request; whatever is wrong with all of it is answered here. */
export function withEvents(service: Service, exchange: Exchange, mode: ContentMode, use: UseNotifications): void {
  const defaults = readDefaults(exchange.target);
  if (isProblem(defaults)) return respondProblem(service, exchange, defaults);
  const { publishBytes, jsonDepth: depth, jsonKeys: keys } = service.server.limits;
  withBody(service, exchange, publishBytes, (body) => {
    if (mode === 'binary') {
      const found = readBinaryEvent(exchange, body, { depth, keys });
      if (isProblem(found)) return respondProblem(service, exchange, found);
      return useOne(found.event, found.payload, defaults, use);
    }
    useText(service, exchange, body, (text) =>
      useJson(service, exchange, text, ({ value, payloads }) => {
        if (mode === 'structured') useOne(value, payloads[0], defaults, use);
        else useBatch(value, payloads, defaults, use);
      }),
    );
  });
}

function useOne(value: unknown, raw: string | undefined, defaults: Defaults, use: UseNotifications): void {
  const found = notificationOfEvent({ value, payload: raw, field: '' }, defaults);
  use(found.value, [found.payload]);
}

function useBatch(value: unknown, raw: readonly (string | undefined)[], defaults: Defaults, use: UseNotifications): void {
  if (!Array.isArray(value))
    return use(new Refusal(problem('invalid-field', { field: 'body', detail: 'A batch must be an array of events.' })), []);
  const found = value.map((one: unknown, index) =>
    notificationOfEvent({ value: one, payload: raw[index], field: String(index) }, defaults),
  );
  use(
    found.map((one) => one.value),
    found.map((one) => one.payload),
  );
}
