import type { Address } from '../../protocol/types.ts';
import { addressKey } from '../address.ts';

/**
 * A map by address. Recipients go by their own names, which whoever asks has at hand: a key joined for each question is a
 * text to make and to hash anew.
 */
export class AddressMap<T> {
  readonly #recipients = new Map<string, T>();
  readonly #others = new Map<string, T>();

  get size(): number {
    return this.#recipients.size + this.#others.size;
  }

  get(address: Address): T | undefined {
    return address.kind === 'recipient' ? this.#recipients.get(address.name) : this.#others.get(addressKey(address));
  }

  set(address: Address, value: T): void {
    if (address.kind === 'recipient') this.#recipients.set(address.name, value);
    else this.#others.set(addressKey(address), value);
  }

  delete(address: Address): void {
    if (address.kind === 'recipient') this.#recipients.delete(address.name);
    else this.#others.delete(addressKey(address));
  }

  *values(): IterableIterator<T> {
    yield* this.#recipients.values();
    yield* this.#others.values();
  }
}
