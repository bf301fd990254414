import type { Options } from 'uplot';

/** The curves of the rate chart. */
export const chartSeries = [
  { key: 'accepted', label: 'Accepted', colour: '--chart-1' },
  { key: 'delivered', label: 'Delivered', colour: '--chart-2' },
  { key: 'acknowledged', label: 'Acknowledged', colour: '--chart-3' },
  { key: 'removed', label: 'Removed', colour: '--chart-4' },
] as const;

const times = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Options of the chart, in the colours that apply to the element now. */
export function chartOptions(element: HTMLElement): Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const font = `11px ${colour('--font')}`;
  const axis = { stroke: colour('--text-3'), font, ticks: { show: false }, grid: { stroke: colour('--chart-grid'), width: 1 } };
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    // Half of the last time of day stands to the right of its tick.
    padding: [12, 30, 4, 0],
    cursor: { y: false, points: { size: 6 } },
    scales: { y: { range: (_, __, max) => [0, Math.max(4, max * 1.15)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 80,
        size: 26,
        values: (_, splits) => splits.map((second) => times.format(second * 1000)),
      },
      {
        ...axis,
        size: 38,
        space: 36,
        values: (_, splits) => splits.map((value) => (Number.isInteger(value) ? String(value) : '')),
      },
    ],
    series: [
      {},
      ...chartSeries.map(({ label, colour: name }, index) => ({
        label,
        stroke: colour(name),
        width: 1.5,
        points: { show: false },
        ...(index === 0 ? { fill: `color-mix(in srgb, ${colour(name)} 9%, transparent)` } : {}),
      })),
    ],
  };
}
