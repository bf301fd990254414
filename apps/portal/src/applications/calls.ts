/**
 * The call desk's server. Each call concerns one agent, so its messages go to one recipient; they are `direct`, since
 * a ringing phone cannot wait for a second request. A call is a topic: who was away finds its last state only.
 */
import { staffIds } from '../staff.ts';
import type { Call, CallMessageType } from './calls/call.ts';
import { type CallDesk, createCallDesk } from './calls/call-desk.ts';
import { optionalTextField, textField } from './shared/body.ts';
import { Refusal, type Reply, type Route } from './shared/json-server.ts';
import type { Publisher } from './shared/publisher.ts';
import { run } from './shared/run.ts';
import { startTraffic } from './shared/traffic.ts';

/** Nobody rings for longer: a later offer would only annoy. */
const offerSeconds = 60;

await run({
  name: 'calls',
  port: 4111,
  traffic: 6,
  build({ settings, publisher, chance }) {
    const desk = createCallDesk({ agents: staffIds, chance, lively: settings.traffic > 0, announce: announcer(publisher) });
    const stopTraffic = startTraffic(settings.traffic, chance, () => desk.offer());
    return {
      routes: routes(desk),
      stop: () => {
        stopTraffic();
        desk.close();
      },
    };
  },
});

function announcer(publisher: Publisher): (type: CallMessageType, call: Call) => void {
  return (type, call) =>
    void publisher.publish({
      to: { recipients: [call.agent] },
      kind: 'direct',
      type,
      data: call,
      topic: call.id,
      urgency: 'high',
      ttl: type === 'call.offered' ? offerSeconds : 3600,
      key: `${call.id}:${call.version}`,
    });
}

function routes(desk: CallDesk): readonly Route[] {
  const act = (path: string, verb: 'answer' | 'decline' | 'hangUp'): Route => ({
    method: 'POST',
    path: `/api/calls/:id/${path}`,
    handle: ({ params, body }) => {
      const call = desk[verb](params['id'] ?? '', textField(body, 'agent'));
      if (!call) throw new Refusal(409, 'The call has moved on: somebody else took it, or the caller hung up');
      return { json: call };
    },
  });
  return [
    { method: 'GET', path: '/api/calls', handle: ({ query }) => ({ json: { calls: desk.callsOf(query.get('agent') ?? '') } }) },
    act('answer', 'answer'),
    act('decline', 'decline'),
    act('hang-up', 'hangUp'),
    { method: 'POST', path: '/demo/call', handle: ({ body }) => demoCall(desk, optionalTextField(body, 'agent')) },
  ];
}

function demoCall(desk: CallDesk, agent: string | undefined): Reply {
  if (agent !== undefined && !staffIds.includes(agent)) throw new Refusal(404, `Nobody is called ${agent} here`);
  const call = desk.offer(agent);
  if (!call) throw new Refusal(409, 'Every phone rings already');
  return { status: 201, json: call };
}
