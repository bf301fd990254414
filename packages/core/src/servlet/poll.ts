/** `POST {base}/poll`: who is calling, what is asked, and the answer whenever it comes. */
import { readPlainPoll } from '../protocol/plain-poll.ts';
import { isProblem, parsePollRequest } from '../protocol/requests.ts';
import type { PollRequest } from '../protocol/types.ts';
import type { ClientIdentity, PollOutcome, PollReply } from '../server/communication-server.ts';
import { asClient } from './as-client.ts';
import { useJson, withTextBody } from './body.ts';
import type { Exchange } from './exchange.ts';
import { framingFor } from './framing.ts';
import { respondProblem, type Service } from './service.ts';
import { servePostedStream } from './stream.ts';

export function servePoll(service: Service, exchange: Exchange): void {
  asClient(service, exchange, (identity) => {
    const framing = framingFor(exchange.header('accept'));
    if (framing === undefined) pollAs(service, exchange, identity);
    else servePostedStream(service, exchange, identity, framing);
  });
}

function pollAs(service: Service, exchange: Exchange, identity: ClientIdentity): void {
  withTextBody(service, exchange, service.server.limits.pollBytes, (text) => {
    // A member takes at least five characters, "":0, and a plain poll has three levels: fewer than any bound allows.
    const plain = text.length > service.server.limits.jsonKeys * 5 ? undefined : readPlainPoll(text);
    if (plain !== undefined) return startPoll(service, exchange, identity, plain);
    useJson(service, exchange, text, ({ value }) => {
      const request = parsePollRequest(value);
      if (isProblem(request)) respondProblem(service, exchange, request);
      else startPoll(service, exchange, identity, request);
    });
  });
}

function startPoll(service: Service, exchange: Exchange, identity: ClientIdentity, request: PollRequest): void {
  const held = service.server.poll(identity, request, new ExchangeReply(service, exchange));
  if (held !== undefined) exchange.held = held;
}

/** A class because every held poll keeps one: a closure and what it holds take three times the room. */
class ExchangeReply implements PollReply {
  readonly service: Service;
  readonly exchange: Exchange;

  constructor(service: Service, exchange: Exchange) {
    this.service = service;
    this.exchange = exchange;
  }

  answer(outcome: PollOutcome): void {
    this.exchange.held = undefined;
    respondOutcome(this.service, this.exchange, outcome);
  }
}

function respondOutcome(service: Service, exchange: Exchange, outcome: PollOutcome): void {
  switch (outcome.status) {
    case 200: {
      const { json } = service.headersFor(exchange);
      const headers = outcome.retryAfter === undefined ? json : [...json, 'retry-after', String(Math.ceil(outcome.retryAfter))];
      return exchange.respond({ status: 200, headers, body: outcome.json, isAscii: outcome.isAscii });
    }
    case 204:
      return exchange.respond({ status: 204, headers: service.headersFor(exchange).empty, body: '' });
    default:
      return respondProblem(service, exchange, outcome.problem);
  }
}
