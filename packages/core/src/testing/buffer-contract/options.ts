/** How a message buffer is given to its contract. */
import type { MaybePromise, MessageBuffer } from '../../buffer/message-buffer.ts';
import type { Runner, Skip } from '../runner.ts';
import type { BufferOptions, OpenBuffer } from './scene.ts';

export interface BufferContractOptions {
  /** Opens a fresh, empty buffer. */
  open(options: BufferOptions): MaybePromise<OpenBuffer>;
  /** Opens the same store again, after `buffer` was closed. Required of a durable buffer. */
  readonly reopen?: (closed: MessageBuffer, options: BufferOptions) => MaybePromise<OpenBuffer>;
  /** Opens the same store as another node does, while `buffer` is open. Required of a shared buffer. */
  readonly join?: (running: MessageBuffer, options: BufferOptions) => MaybePromise<OpenBuffer>;
  /** Cases that this buffer cannot pass, with the reason. A buffer may not leave out what it claims. @default [] */
  readonly skips?: readonly Skip[];
}

/** A case about more than one opening, with the buffer to begin with. */
export interface StoreCase {
  readonly clause: string;
  readonly title: string;
  run(open: OpenBuffer, options: BufferContractOptions, runner: Runner): Promise<void>;
}
