// One reader's control chart (Observable Plot): reads in the order of sealing, centre line, limits, flagged points.
import * as Plot from '@observablehq/plot';
import type { Chart } from '../../electron/contract/activity.ts';
import { style, type PlotTheme } from '../agreement/plots.ts';
import { date, decimal } from '../ui/format.ts';

export interface DriftPlotInput {
  chart: Chart;
  axis: string;
  digits: number;
  width: number;
  theme: PlotTheme;
  /** The reader's colour. */
  colour: string;
  /** The colour of what lies outside. */
  bad: string;
  caseName: (id: string) => string;
  /** All charts of the page share their axis, so that readers can be compared. */
  domain: readonly [number, number];
}

export function driftPlot(input: DriftPlotInput): SVGElement | HTMLElement {
  const { chart, theme, digits, bad } = input;
  const points = chart.points.map((point, n) => ({ ...point, key: point.readId, order: n + 1 }));
  type Point = (typeof points)[number];
  const lines = [
    { value: chart.upper, text: 'upper limit', dashed: true },
    { value: chart.centre, text: 'mean', dashed: false },
    { value: chart.lower, text: 'lower limit', dashed: true },
  ].filter((line): line is typeof line & { value: number } => line.value !== null);
  return Plot.plot({
    width: input.width,
    height: 240,
    marginLeft: 56,
    marginRight: 124,
    marginTop: 24,
    marginBottom: 44,
    style: style(theme),
    x: {
      label: 'Read, in the order of sealing',
      domain: [0.5, Math.max(2, points.length) + 0.5],
      ticks: Math.min(8, Math.max(2, points.length)),
      tickFormat: (value: number) => (Number.isInteger(value) ? String(value) : ''),
      labelArrow: 'none',
    },
    y: { label: input.axis, domain: [...input.domain], ticks: 5, labelArrow: 'none' },
    marks: [
      Plot.gridY({ stroke: theme.line, strokeOpacity: 1, ticks: 5 }),
      Plot.ruleY(
        lines.filter((line) => !line.dashed),
        { y: 'value', stroke: theme.dim },
      ),
      Plot.ruleY(
        lines.filter((line) => line.dashed),
        { y: 'value', stroke: bad, strokeDasharray: '5 4', clip: 'frame' },
      ),
      Plot.text(
        lines.filter(({ value }) => value >= input.domain[0] && value <= input.domain[1]),
        {
          y: 'value',
          text: (line: (typeof lines)[number]) => `${line.text} ${decimal(line.value, digits)}`,
          frameAnchor: 'right',
          textAnchor: 'start',
          dx: 8,
          fill: theme.dim,
        },
      ),
      Plot.line(points, { x: 'order', y: 'value', stroke: input.colour, strokeOpacity: 0.5 }),
      Plot.dot(points, {
        x: 'order',
        y: 'value',
        r: (point: Point) => (point.outside ? 6 : 3.5),
        fill: (point: Point) => (point.outside ? bad : input.colour),
        stroke: theme.background,
        title: (point: Point) =>
          `${input.caseName(point.caseId)}, round ${point.round}, ${date(point.sealedAt)}\n${input.axis} ${decimal(point.value, digits)}${point.outside ? ', outside the limits' : ''}`,
        tip: { fill: theme.background, stroke: theme.line },
      }),
    ],
    r: { type: 'identity' },
  });
}

/** One axis for all charts: every point, and the limits as far as they do not squeeze the points together. */
export function sharedDomain(charts: readonly Chart[], overlap: boolean): [number, number] {
  const values = charts.flatMap((chart) => chart.points.map((point) => point.value));
  if (values.length === 0) return [0, 1];
  const limits = charts.flatMap((chart) => [chart.lower, chart.upper]).filter((value) => value !== null);
  let [low, high] = [Math.min(...values, ...limits), Math.max(...values, ...limits)];
  const spread = Math.max(...values) - Math.min(...values) || 0.05;
  // Limits of two or three reads can lie far away.
  low = Math.max(low, Math.min(...values) - 2 * spread);
  high = Math.min(high, Math.max(...values) + 2 * spread);
  const room = (high - low) * 0.06;
  return [Math.max(0, low - room), overlap ? Math.min(1, high + room) : high + room];
}
