// Plots of summary lines: means with their intervals, and how well readers agree with themselves against with others.
import * as Plot from '@observablehq/plot';
import type { AgreementSummaryRow } from '../../electron/contract/agreement.ts';
import { decimal } from '../ui/format.ts';
import type { Metric } from './metrics.ts';
import { labelWidth, style, type PlotTheme } from './plots.ts';

export interface Whisker {
  pair: string;
  mean: number;
  low: number | null;
  high: number | null;
  n: number;
}

/** Mean and 95 % interval of each line: BCa bootstrap over cases, percentile where BCa is undefined. */
export function whiskers(lines: readonly AgreementSummaryRow[], key: string): Whisker[] {
  return lines.flatMap((line) => {
    const value = line.values[key];
    if (!value || value.mean === null) return [];
    const drawn = line.bootstrap?.[key];
    const interval = drawn?.bca ?? drawn?.percentile ?? null;
    const pair = line.isAll ? line.pair.replace(/^all/, 'All') : line.pair;
    return [{ pair, mean: value.mean, low: interval?.[0] ?? null, high: interval?.[1] ?? null, n: value.n }];
  });
}

/** One line each: diamond at the mean, whisker over its interval; the line of perfect agreement at the right. */
export function forestPlot(input: {
  lines: readonly AgreementSummaryRow[];
  metric: Metric;
  width: number;
  theme: PlotTheme;
}): SVGElement | HTMLElement {
  const { metric, theme, width } = input;
  const drawn = whiskers(input.lines, metric.key);
  const low = drawn.reduce((least, line) => Math.min(least, line.low ?? line.mean), 1);
  const names = drawn.map((line) => line.pair);
  const text = (line: Whisker) =>
    line.low === null
      ? `${decimal(line.mean)}  n ${line.n}`
      : `${decimal(line.mean)} (${decimal(line.low)} to ${decimal(line.high)})  n ${line.n}`;
  return Plot.plot({
    width,
    height: 70 + 26 * drawn.length,
    marginLeft: labelWidth(names),
    marginRight: 190,
    marginTop: 12,
    marginBottom: 40,
    style: style(theme),
    x: {
      label: metric.label,
      domain: [Math.max(-1, Math.floor(low * 20 - 1) / 20), 1],
      ticks: 5,
      labelArrow: 'none',
    },
    y: { label: null, domain: names, tickSize: 0 },
    marks: [
      Plot.gridX({ stroke: theme.line, strokeOpacity: 1, ticks: 5 }),
      Plot.ruleX([1], { stroke: theme.dim }),
      Plot.link(
        drawn.filter((line) => line.low !== null),
        { y: 'pair', x1: 'low', x2: 'high', stroke: theme.text, strokeWidth: 2 },
      ),
      Plot.dot(drawn, { y: 'pair', x: 'mean', r: 5, symbol: 'diamond', fill: theme.accent }),
      Plot.text(drawn, {
        y: 'pair',
        text,
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 8,
        fill: theme.text,
      }),
    ],
  });
}

export interface ReaderAgreement {
  name: string;
  inter: number;
  intra: number;
}

/** Per reader: mean of a figure with the others in the same round, and with themselves between rounds. */
export function intraAndInter(
  summary: readonly AgreementSummaryRow[],
  key: string,
  names: readonly string[],
): ReaderAgreement[] {
  const inter = summary.filter((line) => line.comparison === 'inter');
  return names.flatMap((name) => {
    const own = summary.find((line) => line.comparison === 'intra' && line.pair === name);
    const others =
      inter.find((line) => line.scope === 'reader' && line.pair === `${name} with the others`) ??
      inter.find((line) => line.scope === 'pair' && line.pair.split(' – ').includes(name));
    const [a, b] = [others?.values[key]?.mean ?? null, own?.values[key]?.mean ?? null];
    return a === null || b === null ? [] : [{ name, inter: a, intra: b }];
  });
}

/** Intra against inter: above the line of identity a reader repeats themselves better than they agree with others. */
export function intraInterPlot(input: {
  points: readonly ReaderAgreement[];
  metric: Metric;
  width: number;
  theme: PlotTheme;
  colourOf: (name: string) => string;
}): SVGElement | HTMLElement {
  const { metric, theme, width, colourOf, points } = input;
  const least = points.reduce((low, point) => Math.min(low, point.inter, point.intra), 1);
  const most = points.reduce((high, point) => Math.max(high, point.inter, point.intra), 0);
  const air = Math.max(0.01, (most - least) * 0.15);
  const domain: [number, number] = [least - air, most + air];
  return Plot.plot({
    width,
    height: 300,
    marginLeft: 60,
    marginRight: 60,
    marginTop: 28,
    marginBottom: 40,
    style: style(theme),
    x: { label: `Between readers, mean ${metric.label}`, domain, ticks: 5, labelArrow: 'none' },
    y: { label: `Within the reader, mean ${metric.label}`, domain, ticks: 5, labelArrow: 'none' },
    marks: [
      Plot.gridY({ stroke: theme.line, strokeOpacity: 1, ticks: 5 }),
      Plot.line(domain, { x: (v: number) => v, y: (v: number) => v, stroke: theme.dim }),
      Plot.dot(points, {
        x: 'inter',
        y: 'intra',
        r: 6,
        fill: (point: ReaderAgreement) => colourOf(point.name),
      }),
      ...[0, 1].map((odd) =>
        // Above and below in turn: readers who agree alike lie close together.
        Plot.text(
          points.filter((_, n) => n % 2 === odd),
          { x: 'inter', y: 'intra', text: 'name', dy: odd ? 15 : -13, fill: theme.text },
        ),
      ),
    ],
  });
}
