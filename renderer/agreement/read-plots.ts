// Plots of reads by themselves: time against Dice, and how Dice and time change as a reader goes along.
import * as Plot from '@observablehq/plot';
import type { ReadFigures } from '../../electron/contract/agreement.ts';
import { decimal } from '../ui/format.ts';
import { domainOf } from './domain.ts';
import { style, type PlotTheme } from './plots.ts';

interface ReadPlotInput {
  reads: readonly ReadFigures[];
  width: number;
  theme: PlotTheme;
  colourOf: (name: string) => string;
}
type Point = ReadFigures & { minutes: number; dice: number; order: number };

const minutesOf = (read: ReadFigures) => (read.activeSeconds === null ? null : read.activeSeconds / 60);
const title = (point: Point) =>
  `${point.caseName}, ${point.name}, round ${point.round}\nDice ${decimal(point.dice)}, ${decimal(point.minutes, 1)} min`;

/** Minutes at work against the read's mean Dice with the other readers. */
export function timePlot({ reads, width, theme, colourOf }: ReadPlotInput): SVGElement | HTMLElement {
  const points = reads
    .map((read) => ({ ...read, minutes: minutesOf(read) }))
    .filter((read): read is Point => read.minutes !== null && read.dice !== null);
  return Plot.plot({
    width,
    height: 300,
    marginLeft: 60,
    marginRight: 24,
    marginTop: 28,
    marginBottom: 40,
    style: style(theme),
    x: {
      label: 'Active time, min',
      domain: domainOf(
        points.map((p) => p.minutes),
        [0],
      ),
      ticks: 6,
      labelArrow: 'none',
    },
    y: {
      label: 'Mean Dice with the others',
      domain: domainOf(points.map((p) => p.dice)),
      ticks: 6,
      labelArrow: 'none',
    },
    marks: [
      Plot.gridY({ stroke: theme.line, strokeOpacity: 1, ticks: 6 }),
      Plot.dot(points, {
        x: 'minutes',
        y: 'dice',
        r: 4,
        fill: (point: Point) => colourOf(point.name),
        fillOpacity: 0.85,
        title,
        tip: { fill: theme.background, stroke: theme.line },
      }),
    ],
  });
}

/** How many reads a running mean is over. */
const WINDOW = 5;

/** Dice, or minutes, against the how-manieth read of its reader, with a running mean over five reads. */
export function learningPlot(input: ReadPlotInput & { of: 'dice' | 'minutes' }): SVGElement | HTMLElement {
  const { reads, width, theme, colourOf, of } = input;
  const points = reads
    .map((read) => ({ ...read, minutes: minutesOf(read) }))
    .filter((read): read is Point => read.order !== null && read[of] !== null)
    .sort((a, b) => a.order - b.order);
  return Plot.plot({
    width,
    height: 300,
    marginLeft: 60,
    marginRight: 24,
    marginTop: 28,
    marginBottom: 40,
    style: style(theme),
    x: {
      label: 'Read of its reader, in the order of sealing',
      domain: domainOf(points.map((p) => p.order)),
      ticks: 6,
      tickFormat: (value: number) => (Number.isInteger(value) ? String(value) : ''),
      labelArrow: 'none',
    },
    y: {
      label: of === 'dice' ? 'Mean Dice with the others' : 'Active time, min',
      domain: domainOf(
        points.map((p) => p[of]),
        of === 'minutes' ? [0] : [],
      ),
      ticks: 6,
      labelArrow: 'none',
    },
    marks: [
      Plot.gridY({ stroke: theme.line, strokeOpacity: 1, ticks: 6 }),
      Plot.dot(points, {
        x: 'order',
        y: of,
        r: 3,
        fill: (point: Point) => colourOf(point.name),
        fillOpacity: 0.55,
        title,
        tip: { fill: theme.background, stroke: theme.line },
      }),
      Plot.line(
        points,
        Plot.windowY(
          { k: WINDOW, reduce: 'mean' },
          { x: 'order', y: of, z: 'name', stroke: (point: Point) => colourOf(point.name), strokeWidth: 2 },
        ),
      ),
    ],
  });
}
