import { server } from '../../../communication.ts';

export async function POST(): Promise<Response> {
  const shipped = { kind: 'direct', type: 'order.shipped', data: { id: 7 } } as const;
  return Response.json(await server.application('orders').notify({ recipients: ['alice'] }, shipped));
}
