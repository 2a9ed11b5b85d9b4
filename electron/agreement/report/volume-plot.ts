// Bland–Altman plot of volumes: difference against mean, bias and limits of agreement with their intervals.
import { blandAltman, type BlandAltman } from '../bland-altman.ts';
import type { ComparisonRow } from '../table.ts';
import { axis, type Axis } from './axis.ts';
import { fixed } from './format.ts';
import { html, type Html } from './html.ts';
import { mark } from './marks.ts';

const WIDTH = 400;
const HEIGHT = 270;
const LEFT = 52;
const RIGHT = WIDTH - 92;
const TOP = 12;
const BOTTOM = HEIGHT - 44;

/** Volumes in mL, first and second mask, case by case. */
export function volumePairs(rows: readonly ComparisonRow[]): [number, number][] {
  return rows.map(({ metrics }) => [metrics.reference.volumeMl, metrics.test.volumeMl]);
}

/** `rows`: one pair, one structure, one row a case. Null below two cases, which have no limits. */
export function volumePlot(
  rows: readonly ComparisonRow[],
  names: [string, string],
  title: string,
): Html | null {
  const pairs = volumePairs(rows);
  const limits = blandAltman(pairs);
  if (limits === null) return null;
  const means = pairs.map(([a, b]) => (a + b) / 2);
  const differences = pairs.map(([a, b]) => b - a);
  const x = axis(Math.min(...means), Math.max(...means), LEFT, RIGHT, 4);
  // The limits are always in the picture; their intervals, vast for few cases, only where they do not crush the rest.
  const wide = limits.n < 6;
  const y = axis(
    Math.min(0, wide ? limits.lower : limits.lowerCi95[0], ...differences),
    Math.max(0, wide ? limits.upper : limits.upperCi95[1], ...differences),
    BOTTOM,
    TOP,
  );
  const label = `${title}: bias ${fixed(limits.bias, 2)} mL, limits ${fixed(limits.lower, 2)} to ${fixed(limits.upper, 2)} mL, n = ${limits.n}`;
  return html`<svg class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
    ${y.ticks.map((tick) => {
      const at = y.at(tick).toFixed(1);
      return html`<line class="tick" x1="${LEFT}" x2="${RIGHT}" y1="${at}" y2="${at}" /><text
          class="tick-left"
          x="${LEFT - 6}"
          y="${(y.at(tick) + 4).toFixed(1)}"
          >${fixed(tick, y.decimals)}</text
        >`;
    })}
    ${x.ticks.map(
      (tick) =>
        html`<text class="tick-label" x="${x.at(tick).toFixed(1)}" y="${BOTTOM + 16}"
          >${fixed(tick, x.decimals)}</text
        >`,
    )}
    ${band(y, limits.biasCi95)}${whisker(y, limits.lowerCi95)}${whisker(y, limits.upperCi95)}
    ${limitLines(y, limits)}
    <line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="${BOTTOM}" y2="${BOTTOM}" />
    <line class="axis" x1="${LEFT}" x2="${LEFT}" y1="${TOP}" y2="${BOTTOM}" />
    ${rows.map((row, n) =>
      mark(
        0,
        x.at(means[n]),
        y.at(differences[n]),
        `${row.caseName}: mean ${fixed(means[n], 2)} mL, difference ${fixed(differences[n], 2)} mL`,
      ),
    )}
    <text class="axis-label" x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 8}">Mean of both volumes (mL)</text>
    <text class="axis-label" transform="translate(13 ${(TOP + BOTTOM) / 2}) rotate(-90)">
      ${axisName(names)}
    </text>
  </svg>`;
}

function band(y: Axis, [low, high]: [number, number]): Html {
  const top = Math.max(TOP, y.at(high));
  const bottom = Math.min(BOTTOM, y.at(low));
  return html`<rect
    class="band"
    x="${LEFT}"
    width="${RIGHT - LEFT}"
    y="${top.toFixed(1)}"
    height="${Math.max(0, bottom - top).toFixed(1)}"
  />`;
}

/** The interval of a limit as a bar at the right edge; cut where it leaves the picture. */
function whisker(y: Axis, [low, high]: [number, number]): Html {
  const top = Math.max(TOP, y.at(high)).toFixed(1);
  const bottom = Math.min(BOTTOM, y.at(low)).toFixed(1);
  const x = RIGHT - 5;
  const cap = (at: string) =>
    html`<line class="whisker" x1="${x - 4}" x2="${x + 4}" y1="${at}" y2="${at}" />`;
  return html`<line
      class="whisker"
      x1="${x}"
      x2="${x}"
      y1="${top}"
      y2="${bottom}"
    />${cap(top)}${cap(bottom)}`;
}

/** What is taken from what; long names do not fit along the axis and stand in the caption. */
function axisName([first, second]: [string, string]): string {
  const named = `${second} − ${first} (mL)`;
  return named.length <= 36 ? named : 'Second − first (mL)';
}

/** Three lines with their values at the right; labels keep a line's height apart, in order. */
function limitLines(y: Axis, limits: BlandAltman): Html[] {
  const lines: [string, number, string][] = [
    ['+1.96 SD', limits.upper, 'limit'],
    ['Bias', limits.bias, 'bias'],
    ['−1.96 SD', limits.lower, 'limit'],
  ];
  const labels = lines.map(([, value]) => y.at(value));
  labels[0] = Math.min(labels[0], labels[1] - 26);
  labels[2] = Math.max(labels[2], labels[1] + 26);
  return lines.map(([name, value, kind], n) => {
    const at = y.at(value).toFixed(1);
    return html`<line class="${kind}" x1="${LEFT}" x2="${RIGHT}" y1="${at}" y2="${at}" /><text
        class="limit-name"
        x="${RIGHT + 6}"
        y="${(labels[n] - 2).toFixed(1)}"
        >${name}</text
      ><text class="limit-value" x="${RIGHT + 6}" y="${(labels[n] + 11).toFixed(1)}"
        >${fixed(value, 2)}</text
      >`;
  });
}
