// The plots of the agreement page (Observable Plot): points over bars, intervals drawn, the zero line always there.
import * as Plot from '@observablehq/plot';
import type { AgreementRow, AgreementSummaryRow } from '../../electron/contract/agreement.ts';
import { decimal } from '../ui/format.ts';
import { pairName, rowKey, type Metric } from './metrics.ts';

export interface PlotTheme {
  text: string;
  dim: string;
  line: string;
  background: string;
  accent: string;
}

/** The page's own colours, dark or in print, read off the tokens. */
export function themeOf(element: Element): PlotTheme {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: token('--text'),
    dim: token('--dim'),
    line: token('--line'),
    background: token('--panel'),
    accent: token('--accent'),
  };
}

export interface PlotInput {
  rows: readonly AgreementRow[];
  width: number;
  theme: PlotTheme;
  /** A person's colour: the same reader has the same one on every plot. */
  colourOf: (name: string) => string;
  picked: string | null;
}

export const style = (theme: PlotTheme) => ({
  background: 'transparent',
  color: theme.dim,
  fontFamily: 'inherit',
  fontSize: '12px',
  overflow: 'visible',
});

/** Room for the longest label at 12 px, within reason. */
export function labelWidth(labels: readonly string[]): number {
  return Math.min(260, 24 + 7 * Math.max(8, ...labels.map((label) => label.length)));
}

/** One dot a case, one line a pair: filled with the first reader's colour, ringed with the second's; mean and 95 % CI. */
export function stripPlot(
  input: PlotInput & { metric: Metric; summary: readonly AgreementSummaryRow[] },
): SVGElement | HTMLElement {
  const { metric, theme, width, colourOf, picked } = input;
  const points = input.rows
    .map((row) => ({ row, key: rowKey(row), pair: pairName(row), value: metric.of(row.metrics) }))
    .filter((point): point is typeof point & { value: number } => point.value !== null);
  const pairs = [...new Set(points.map((point) => point.pair))];
  // Many cases: smaller dots without rings, so that pairs do not run into each other.
  const crowd = points.length / Math.max(1, pairs.length);
  const radius = crowd > 150 ? 1.2 : crowd > 30 ? 2.2 : 4.5;
  const means = input.summary
    .filter((line) => pairs.includes(line.pair))
    .map((line) => ({ pair: line.pair, ...line.values[metric.key] }))
    .filter((line) => line.mean !== null && line.mean !== undefined);
  const unit = metric.unit ? `, ${metric.unit}` : '';
  // An overlap lives in 0…1; the axis reaches down only as far as the points do.
  const overlap = metric.unit === '';
  const values = points.map((point) => point.value);
  const low = overlap
    ? Math.max(0, Math.floor(Math.min(1, ...values) * 20 - 1) / 20)
    : Math.min(0, ...values);

  type Point = (typeof points)[number];
  type Mean = (typeof means)[number];
  return Plot.plot({
    width,
    height: Math.max(180, 64 + pairs.length * 64),
    marginLeft: labelWidth(pairs),
    marginRight: 24,
    marginBottom: 40,
    style: style(theme),
    x: {
      label: `${metric.label}${unit}`,
      domain: overlap ? [low, 1] : undefined,
      nice: !overlap,
      labelArrow: 'none',
    },
    y: { axis: null, domain: [-1, 1] },
    fy: { label: null, domain: pairs, padding: 0.1 },
    r: { type: 'identity' },
    marks: [
      Plot.axisFy({ anchor: 'left', textAnchor: 'end', fill: theme.text, dx: -8 }),
      Plot.axisX({ anchor: 'bottom', label: `${metric.label}${unit}`, labelArrow: 'none' }),
      Plot.gridX({ stroke: theme.line, strokeOpacity: 1 }),
      Plot.ruleX(overlap ? [1] : [0], { stroke: theme.dim }),
      Plot.link(
        means.filter((line) => line.ci95),
        {
          fy: 'pair',
          x1: (line: Mean) => line.ci95![0],
          x2: (line: Mean) => line.ci95![1],
          y1: -0.7,
          y2: -0.7,
          stroke: theme.text,
          strokeWidth: 2,
          // With few cases the interval can be wider than any Dice.
          clip: 'frame',
        },
      ),
      Plot.dot(means, { fy: 'pair', x: 'mean', y: -0.7, r: 4, symbol: 'diamond', fill: theme.text }),
      Plot.dot(
        points,
        Plot.dodgeY('middle', {
          fy: 'pair',
          x: 'value',
          r: (point: Point) => (point.key === picked ? 7 : radius),
          fill: (point: Point) => colourOf(point.row.a.name),
          stroke: (point: Point) => colourOf(point.row.b.name),
          strokeWidth: radius < 4 ? 1 : 2,
          title: (point: Point) =>
            `${point.row.caseName}, ${point.pair}\n${metric.label} ${decimal(point.value, metric.digits)} ${metric.unit}`,
          tip: { fill: theme.background, stroke: theme.line },
        }),
      ),
    ],
  });
}
