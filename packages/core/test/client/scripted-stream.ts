/** A client whose application `orders` listens to streams that the test writes by hand. */
import type { ApplicationClient } from '../../src/client/index.ts';
import { type Setup, setup } from './harness.ts';

export interface ScriptedStream {
  /** Sends text as one piece. */
  say(text: string): void;
  end(): void;
}

/** An answer as an event, or another with a name. */
export function event(data: object, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

export interface StreamSetup extends Setup {
  readonly orders: ApplicationClient;
  /** Answers the open poll with a stream, which breaks where the client gives it up. */
  begin(): Promise<ScriptedStream>;
}

export async function streaming(): Promise<StreamSetup> {
  const parts = setup({ mode: 'stream' });
  const orders = parts.client.application('orders');
  await parts.open();
  const begin = async (): Promise<ScriptedStream> => {
    const encoder = new TextEncoder();
    let say: ScriptedStream['say'] = () => undefined;
    let end: ScriptedStream['end'] = () => undefined;
    const { init, answerWith } = parts.poll();
    const body = new ReadableStream({
      start: (controller) => {
        say = (text) => controller.enqueue(encoder.encode(text));
        end = () => controller.close();
        init.signal?.addEventListener('abort', () => controller.error(new DOMException('aborted', 'AbortError')));
      },
    });
    answerWith(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
    say(':\n\n');
    await parts.clock.settle();
    return { say, end };
  };
  return { ...parts, orders, begin };
}
