/** `POST {base}/applications/{application}/notifications`: one notification or an array of them, or CloudEvents. */
import type { Problem } from '../protocol/problem.ts';
import type { PublishAnswer } from '../protocol/types.ts';
import { withJsonBody } from './body.ts';
import { contentMode } from './cloud-events/content-mode.ts';
import { type UseNotifications, withEvents } from './cloud-events/publish-events.ts';
import type { Exchange } from './exchange.ts';
import { asPublisher } from './publisher.ts';
import { respondFailure, respondJson, respondProblem, type Service } from './service.ts';

export function servePublish(service: Service, exchange: Exchange, application: string): void {
  const publish: UseNotifications = (notifications, payloads) => {
    const answer = service.server.publish(application, notifications, payloads);
    if (!('then' in answer)) return respondPublished(service, exchange, answer);
    answer
      .then((found) => respondPublished(service, exchange, found))
      .then(undefined, (failure: unknown) => respondFailure(service, exchange, failure));
  };
  asPublisher(service, exchange, application, () => {
    const mode = contentMode(exchange);
    if (typeof mode === 'string') return withEvents(service, exchange, mode, publish);
    if (mode !== undefined) return respondProblem(service, exchange, mode);
    withJsonBody(service, exchange, service.server.limits.publishBytes, ({ value, payloads }) => publish(value, payloads));
  });
}

/** All refused: the first problem itself; else 202 with each one's fate. */
function respondPublished(service: Service, exchange: Exchange, answer: PublishAnswer): void {
  const first = answer.refused?.[0];
  if (answer.accepted.length > 0 || first === undefined) return respondJson(service, exchange, 202, answer);
  const found: Problem =
    answer.refused?.length === 1 ? first.problem : Object.assign({ ...first.problem }, { refused: answer.refused });
  respondProblem(service, exchange, found);
}
