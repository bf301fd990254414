/** Where the console is mounted: the path of `<base href>`, which the server puts into the page. */
export const basePath: string = new URL(document.baseURI).pathname.replace(/[^/]*$/, '');

/** The nonce under which code may add style elements; empty where the page came without a policy. */
export function styleNonce(): string {
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
  return nonce.startsWith('__') ? '' : nonce;
}
