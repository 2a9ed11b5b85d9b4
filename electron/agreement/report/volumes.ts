// Bland–Altman limits of volumes, one pair and round at a time so that every case enters once.
import { blandAltman } from '../bland-altman.ts';
import type { ComparisonRow } from '../table.ts';
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
    <div class="plots">${series.map(([name, ofSeries]) => figure(name, ofSeries))}</div>`;
}

function limitsRow(name: string, rows: readonly ComparisonRow[]): Html {
  const found = blandAltman(volumePairs(rows));
  const with95 = (value: number, [low, high]: [number, number]) =>
    html`${fixed(value, 2)} <small>(${fixed(low, 2)} to ${fixed(high, 2)})</small>`;
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
