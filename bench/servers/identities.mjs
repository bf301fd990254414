/** Who calls, as every measured Pollux finds it: one look-up in a map of ready identities. */

/** @type {Map<string | undefined, { readonly recipient: string }>} */
const identities = new Map();
const mostRecipients = 12_000;
for (let index = 0; index < mostRecipients; index++) identities.set(`Bearer u${index}`, { recipient: `u${index}` });

/** For `authenticate`: the host's own cost is not the product's. */
export function authenticate(/** @type {{ header(name: string): string | undefined }} */ request) {
  return identities.get(request.header('authorization'));
}
