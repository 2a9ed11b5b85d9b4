// Bland–Altman limits of volumes, one pair and round at a time so that every case enters once.
import { blandAltman } from '../bland-altman.ts';
import type { ComparisonRow } from '../table.ts';
import { limitsAt, regressionLimits, repeatedLimits } from '../volumes/index.ts';
import { counted, fixed } from './format.ts';
import { html, type Html } from './html.ts';
import { volumePairs, volumePlot } from './volume-plot.ts';
import { seriesName, sideNames } from './wording.ts';

/** `rows`: one kind of comparison, one structure. Cases in which neither mask holds it have no volume to compare. */
export function volumes(rows: readonly ComparisonRow[]): Html {
  const measured = rows.filter(({ metrics }) => metrics.reference.voxels + metrics.test.voxels > 0);
  const series = [...Map.groupBy(rows, seriesName).keys()].map(
    (name) => [name, measured.filter((row) => seriesName(row) === name)] as const,
  );
  const absent = rows.length - measured.length;
  return html`<h4>Volumes: Bland–Altman limits of agreement</h4>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Pair</th>
            <th scope="col">n</th>
            <th scope="col">Bias mL <small>(95 % CI)</small></th>
            <th scope="col">SD mL</th>
            <th scope="col">Lower limit <small>(95 % CI)</small></th>
            <th scope="col">Upper limit <small>(95 % CI)</small></th>
          </tr>
        </thead>
        <tbody>
          ${series.map(([name, ofSeries]) => limitsRow(name, ofSeries))}
          ${series.length > 1 && pooledRow(measured)}
        </tbody>
      </table>
    </div>
    ${
      absent > 0 &&
      html`<p class="note">
        ${counted(absent, 'pair')} in which neither mask holds the structure ${absent === 1 ? 'is' : 'are'}
        left out here.
      </p>`
    }
    ${series.map(([name, ofSeries]) => growingSpread(name, ofSeries))}
    <div class="plots">${series.map(([name, ofSeries]) => figure(name, ofSeries))}</div>`;
}

const with95 = (value: number, [low, high]: readonly [number, number]) =>
  html`${fixed(value, 2)} <small>(${fixed(low, 2)} to ${fixed(high, 2)})</small>`;

/** All series together: a case enters with several pairs, which count as repeated measurements. */
function pooledRow(rows: readonly ComparisonRow[]): Html | null {
  const cases = [...Map.groupBy(rows, (row) => row.caseId).values()];
  const found = repeatedLimits(
    cases.map((own) => own.map(({ metrics }) => metrics.test.volumeMl - metrics.reference.volumeMl)),
  );
  const { bias, sd, lower, upper, biasCi95, lowerCi95, upperCi95 } = found;
  if (bias === null || sd === null || lower === null || upper === null) return null;
  return html`<tr>
    <th scope="row">All, as repeated measurements</th>
    <td>${rows.length} of ${counted(found.subjects, 'case')}</td>
    <td>${with95(bias, biasCi95!)}</td>
    <td>${fixed(sd, 2)}</td>
    <td>${with95(lower, lowerCi95!)}</td>
    <td>${with95(upper, upperCi95!)}</td>
  </tr>`;
}

/** Below this p the spread of the differences counts as growing (or shrinking) with the volume. */
const GROWS = 0.05;

/** Where the spread changes with the volume, the limits that follow it, at the smallest and the largest mean. */
function growingSpread(name: string, rows: readonly ComparisonRow[]): Html | null {
  const pairs = volumePairs(rows);
  const found = regressionLimits(pairs);
  if (found.spreadP === null || found.spreadP >= GROWS) return null;
  const means = pairs.map(([a, b]) => (a + b) / 2);
  const at = [Math.min(...means), Math.max(...means)].map((mean) => ({ mean, ...limitsAt(found, mean)! }));
  const words = at.map(
    ({ mean, lower, upper }) => `${fixed(lower, 2)} to ${fixed(upper, 2)} mL at ${fixed(mean, 1)} mL`,
  );
  return html`<p class="note">
    <b>${name}:</b> the spread of the differences changes with the volume (p = ${fixed(found.spreadP, 3)}), so
    that one pair of limits does not fit all. Limits by regression: ${words.join(', ')}.
  </p>`;
}

function limitsRow(name: string, rows: readonly ComparisonRow[]): Html {
  const found = blandAltman(volumePairs(rows));
  return html`<tr>
    <th scope="row">${name}</th>
    <td>${rows.length}</td>
    ${
      found
        ? html`<td>${with95(found.bias, found.biasCi95)}</td>
            <td>${fixed(found.sd, 2)}</td>
            <td>${with95(found.lower, found.lowerCi95)}</td>
            <td>${with95(found.upper, found.upperCi95)}</td>`
        : html`<td colspan="4" class="text">needs at least two cases</td>`
    }
  </tr>`;
}

function figure(name: string, rows: readonly ComparisonRow[]): Html | null {
  if (rows.length === 0) return null;
  const plot = volumePlot(rows, sideNames(rows[0]), `Volumes of ${rows[0].structureName}, ${name}`);
  return (
    plot &&
    html`<figure>
      ${plot}
      <figcaption><b>${name}.</b> Volume difference against mean, n = ${rows.length}.</figcaption>
    </figure>`
  );
}
