import { visible } from './visible.ts';

export type Address =
  | { readonly kind: 'recipient'; readonly name: string }
  | { readonly kind: 'group'; readonly name: string }
  | { readonly kind: 'everyone' };

/** The name of an address for people. */
export function addressName(address: Address): string {
  return address.kind === 'everyone' ? 'Everyone' : visible(address.name);
}

/** An address as text for a URL: `recipient:alice`. */
export function addressKey(address: Address): string {
  return address.kind === 'everyone' ? 'everyone' : `${address.kind}:${address.name}`;
}

export function parseAddressKey(key: string | undefined): Address | undefined {
  if (key === 'everyone') return { kind: 'everyone' };
  const at = key?.indexOf(':') ?? -1;
  const kind = key?.slice(0, at);
  const name = key?.slice(at + 1);
  if (!name || (kind !== 'recipient' && kind !== 'group')) return undefined;
  return { kind, name };
}
