import type { Address } from '../protocol/types.ts';

/** A `Map` key for an address. The first character tells the kind, so no two addresses share a key. */
export function addressKey(address: Address): string {
  switch (address.kind) {
    case 'recipient':
      return `r${address.name}`;
    case 'group':
      return `g${address.name}`;
    case 'everyone':
      return 'e';
  }
}

/** The address of everyone; one object for all. */
export const everyone: Address = { kind: 'everyone' };
