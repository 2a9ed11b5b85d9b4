// Plots of volumes: differences against means with their limits, and second against first with its R².
import * as Plot from '@observablehq/plot';
import type { AgreementRow, LineVolumes } from '../../electron/contract/agreement.ts';
import { decimal } from '../ui/format.ts';
import { domainOf } from './domain.ts';
import { pairName, rowKey } from './metrics.ts';
import { style, type PlotInput } from './plots.ts';

interface Point {
  row: AgreementRow;
  key: string;
  a: number;
  b: number;
  mean: number;
  difference: number;
}

/** Pairs in which at least one mask holds the structure: two empty masks have no volume to compare. */
function pointsOf(rows: readonly AgreementRow[]): Point[] {
  return rows
    .filter(({ metrics }) => metrics.reference.voxels + metrics.test.voxels > 0)
    .map((row) => {
      const a = row.metrics.reference.volumeMl;
      const b = row.metrics.test.volumeMl;
      return { row, key: rowKey(row), a, b, mean: (a + b) / 2, difference: b - a };
    });
}

function dots({ theme, colourOf, picked }: PlotInput, points: Point[], x: keyof Point, y: keyof Point) {
  const radius = points.length > 600 ? 1.8 : points.length > 100 ? 3 : 4.5;
  return Plot.dot(points, {
    x,
    y,
    r: (point: Point) => (point.key === picked ? 7 : radius),
    fill: (point: Point) => colourOf(point.row.a.name),
    stroke: (point: Point) => colourOf(point.row.b.name),
    strokeWidth: radius < 4 ? 1 : 2,
    title: (point: Point) =>
      `${point.row.caseName}, ${pairName(point.row)}\n${decimal(point.a, 2)} and ${decimal(point.b, 2)} mL`,
    tip: { fill: theme.background, stroke: theme.line },
  });
}

/** Difference of volumes (second − first) against their mean, with bias and limits of agreement and their intervals. */
export function blandAltmanPlot(
  input: PlotInput & { limits: LineVolumes['limits'] | null },
): SVGElement | HTMLElement {
  const { theme, width, limits } = input;
  const points = pointsOf(input.rows);
  const drawn = [
    { y: limits?.upper ?? null, ci: limits?.upperCi95 ?? null, name: '+1.96 SD' },
    { y: limits?.bias ?? null, ci: limits?.biasCi95 ?? null, name: 'Bias' },
    { y: limits?.lower ?? null, ci: limits?.lowerCi95 ?? null, name: '−1.96 SD' },
  ].filter((line): line is typeof line & { y: number } => line.y !== null);
  const bounds = drawn.flatMap((line) => [line.y, ...(line.ci ?? [])]);
  return Plot.plot({
    width,
    height: 300,
    marginLeft: 60,
    marginRight: 136,
    marginTop: 28,
    marginBottom: 40,
    style: style(theme),
    x: {
      label: 'Mean of both volumes, mL',
      domain: domainOf(points.map((point) => point.mean)),
      // Room for numbers with decimals between the margins.
      ticks: Math.max(2, Math.min(6, Math.floor((width - 196) / 90))),
      labelArrow: 'none',
    },
    y: {
      label: 'Difference, second − first, mL',
      domain: domainOf(
        points.map((point) => point.difference),
        [0, ...bounds],
      ),
      ticks: 6,
      labelArrow: 'none',
    },
    r: { type: 'identity' },
    marks: [
      Plot.gridY({ stroke: theme.line, strokeOpacity: 1, ticks: 6 }),
      Plot.ruleY([0], { stroke: theme.dim }),
      Plot.rectY(
        drawn.filter((line) => line.ci),
        {
          y1: (line: (typeof drawn)[number]) => line.ci![0],
          y2: (line: (typeof drawn)[number]) => line.ci![1],
          fill: theme.accent,
          fillOpacity: 0.12,
        },
      ),
      Plot.ruleY(drawn, { y: 'y', stroke: theme.accent, strokeDasharray: '5 4' }),
      Plot.text(drawn, {
        y: 'y',
        text: (line: (typeof drawn)[number]) => `${line.name}  ${decimal(line.y, 2)}`,
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 6,
        fill: theme.accent,
      }),
      dots(input, points, 'mean', 'difference'),
    ],
  });
}

/** The second volume against the first, with the line of identity. */
export function volumeScatter(input: PlotInput): SVGElement | HTMLElement {
  const { theme, width } = input;
  const points = pointsOf(input.rows);
  const domain = domainOf(points.flatMap((point) => [point.a, point.b]));
  return Plot.plot({
    width,
    height: 300,
    marginLeft: 60,
    marginRight: 24,
    marginTop: 28,
    marginBottom: 40,
    style: style(theme),
    x: { label: 'First volume, mL', domain, ticks: 6, labelArrow: 'none' },
    y: { label: 'Second volume, mL', domain, ticks: 6, labelArrow: 'none' },
    r: { type: 'identity' },
    marks: [
      Plot.gridY({ stroke: theme.line, strokeOpacity: 1, ticks: 6 }),
      Plot.line([domain[0], domain[1]], { x: (v: number) => v, y: (v: number) => v, stroke: theme.dim }),
      dots(input, points, 'a', 'b'),
    ],
  });
}
