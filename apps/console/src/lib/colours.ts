/** A colour for each application, the same on every page: by its place among the applications as the server lists them. */
import { shallowRef } from 'vue';

const colours = 8;
const order = shallowRef<readonly string[]>([]);

/** Called with the applications as the server lists them. */
export function registerApplications(names: readonly string[]): void {
  if (names.join() !== order.value.join()) order.value = [...names];
}

/** By its name where the list has not come yet, or does not hold it any more. */
function placeOf(name: string): number {
  const found = order.value.indexOf(name);
  return found >= 0 ? found : [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
}

export function applicationColour(name: string): string {
  return `var(--app-${(placeOf(name) % colours) + 1})`;
}
