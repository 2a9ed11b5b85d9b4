// Dice of every case as a dot plot: one line a case, one mark a pair, the mean as a dashed line.
import type { ComparisonRow } from '../table.ts';
import { axis, type Axis } from './axis.ts';
import { fixed } from './format.ts';
import { html, type Html } from './html.ts';
import { mark } from './marks.ts';

/** Above this many cases their names no longer fit on a page and lines draw closer together. */
const NAMED_CASES = 45;
const WIDTH = 640;
const RIGHT = WIDTH - 16;

interface Layout {
  series: string[];
  seriesOf: (row: ComparisonRow) => string;
  named: boolean;
  left: number;
  top: number;
  bottom: number;
  pitch: number;
  scale: Axis;
}

/** `rows`: one structure and one kind of comparison; `seriesOf` names the series of a row. Null without any value. */
export function dicePlot(
  rows: readonly ComparisonRow[],
  seriesOf: (row: ComparisonRow) => string,
  mean: number | null,
  title: string,
): Html | null {
  const values = rows.map((row) => row.metrics.dice).filter((value) => value !== null);
  if (values.length === 0) return null;
  const cases = [...Map.groupBy(rows, (row) => row.caseId).values()];
  const series = [...new Set(rows.map(seriesOf))];
  const named = cases.length <= NAMED_CASES;
  const left = named ? 150 : 30;
  const pitch = named ? 19 : 7;
  const top = 26 + 16 * Math.ceil(series.length / 2);
  const bottom = top + pitch * cases.length + 6;
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  const scale = axis(least, 1, left, RIGHT);
  const layout = { series, seriesOf, named, left, top, bottom, pitch, scale };
  const label = `${title}: ${values.length} values from ${fixed(least, 3)} to ${fixed(most, 3)}`;
  const meanAt = mean === null ? null : scale.at(mean).toFixed(1);
  return html`<svg class="plot" viewBox="0 0 ${WIDTH} ${bottom + 42}" role="img" aria-label="${label}">
    ${legend(series)} ${ticks(layout)} ${cases.map((ofCase, n) => caseLine(ofCase, n, layout))}
    ${meanAt !== null && html`<line class="mean" x1="${meanAt}" x2="${meanAt}" y1="${top - 6}" y2="${bottom}" />`}
    <line class="axis" x1="${left}" x2="${RIGHT}" y1="${bottom}" y2="${bottom}" />
    <text class="axis-label" x="${(left + RIGHT) / 2}" y="${bottom + 36}">Dice</text>
  </svg>`;
}

function legend(series: readonly string[]): Html[] {
  return series.map((name, n) => {
    const x = 20 + (n % 2) * 310;
    const y = 14 + 16 * Math.floor(n / 2);
    return html`${mark(n, x + 5, y, name)}<text class="key" x="${x + 15}" y="${y + 4}"
        >${shortened(name, 46)}</text
      >`;
  });
}

function ticks({ scale, top, bottom }: Layout): Html[] {
  return scale.ticks.map((tick) => {
    const x = scale.at(tick).toFixed(1);
    return html`<line class="tick" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}" />
      <text class="tick-label" x="${x}" y="${bottom + 16}">${fixed(tick, scale.decimals)}</text>`;
  });
}

function caseLine(ofCase: readonly ComparisonRow[], n: number, layout: Layout): Html {
  const { series, seriesOf, named, left, top, pitch, scale } = layout;
  const name = ofCase[0].caseName;
  const y = top + pitch * (n + 0.5);
  // Marks of one case stand a little apart, so that equal values do not hide each other.
  const spread = series.length > 1 && named ? Math.min(2.5, 8 / (series.length - 1)) : 0;
  const marks = ofCase.map((row) => {
    const dice = row.metrics.dice;
    if (dice === null) return null;
    const number = series.indexOf(seriesOf(row));
    const height = y + spread * (number - (series.length - 1) / 2);
    return mark(number, scale.at(dice), height, `${name}, ${seriesOf(row)}: ${fixed(dice, 3)}`);
  });
  const empty = marks.every((entry) => entry === null);
  return html`<line class="grid" x1="${left}" x2="${RIGHT}" y1="${y}" y2="${y}" />
    ${named && html`<text class="case" x="${left - 8}" y="${y + 4}">${shortened(name)}</text>`}
    ${empty && html`<text class="missing" x="${left + 6}" y="${y + 4}">both masks empty</text>`} ${marks}`;
}

function shortened(text: string, limit = 21): string {
  const letters = [...text];
  return letters.length <= limit ? text : `${letters.slice(0, limit - 1).join('')}…`;
}
