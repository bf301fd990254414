import type { ObjectDirective } from 'vue';

/** Lights an element up for a moment whenever its value grows, and when it comes into being with one. */
export const vHighlight: ObjectDirective<HTMLElement, number> = {
  mounted(element, { value }) {
    if (value > 0) light(element);
  },
  updated(element, { value, oldValue }) {
    if (value > (oldValue ?? 0)) light(element);
  },
};

function light(element: HTMLElement): void {
  const colour = getComputedStyle(element).getPropertyValue('--own-soft');
  element.animate([{ background: colour }, { background: colour, offset: 0.5 }, { background: 'transparent' }], {
    duration: 2600,
    easing: 'ease-out',
  });
}
