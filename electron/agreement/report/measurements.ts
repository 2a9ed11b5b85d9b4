// What readers measured by hand in sealed reads: every ruler, angle and ellipse, reader by reader.
import { counted, fixed, UNDEFINED } from './format.ts';
import { html, type Html } from './html.ts';
import type { ReportMeasurement } from './report-input.ts';

/** Rows that a reader can leaf through. */
const MOST_ROWS = 1_000;
const WORDS = { ruler: 'Length', angle: 'Angle', ellipse: 'Ellipse, area' };
const UNITS = { ruler: ' mm', angle: '°', ellipse: ' mm²' };

/** Nothing where nobody measured. `unit`: of the volumes' values, empty where they have none. */
export function measurements(rows: readonly ReportMeasurement[], unit: string): Html | null {
  if (rows.length === 0) return null;
  if (rows.length > MOST_ROWS) {
    return html`<h2 id="measurements">Measurements</h2>
      <p>
        ${counted(rows.length, 'measurement')} are too many to print. They stand in measurements.csv, which
        concord agreement --csv writes.
      </p>`;
  }
  const of = unit === '' ? '' : ` ${unit}`;
  return html`<h2 id="measurements">Measurements</h2>
    <p class="note">
      ${counted(rows.length, 'measurement')} of sealed reads, as they were drawn. Readers chose what and where
      they measured, so lines of two readers need not be about the same thing, and nothing is compared. Mean
      and SD are of the voxels whose centres lie inside the ellipse; their number is
      n.${
        rows.some(({ plane }) => plane === 'oblique') &&
        html` On an oblique plane they are the voxels that it passes through, looked at straight down.`
      }
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Case</th>
            <th scope="col" class="text">Reader</th>
            <th scope="col">Round</th>
            <th scope="col" class="text">What</th>
            <th scope="col">Value</th>
            <th scope="col">Mean${of}</th>
            <th scope="col">SD${of}</th>
            <th scope="col">n</th>
            <th scope="col" class="text">Where</th>
          </tr>
        </thead>
        ${[...Map.groupBy(rows, (row) => row.caseName)].map(
          ([name, own]) =>
            html`<tbody>
              ${own.map((row, n) => line(row, n === 0 ? name : ''))}
            </tbody>`,
        )}
      </table>
    </div>`;
}

function line(row: ReportMeasurement, caseName: string): Html {
  const { statistics } = row;
  const decimals = statistics?.mean != null && Math.abs(statistics.mean) < 10 ? 2 : 1;
  return html`<tr>
    <th scope="row">${caseName}</th>
    <td class="text">${row.reader}</td>
    <td>${row.round}</td>
    <td class="text">${WORDS[row.kind]}</td>
    <td>${fixed(row.value, 1)}${UNITS[row.kind]}</td>
    <td>${statistics && fixed(statistics.mean, decimals)}</td>
    <td>${statistics && fixed(statistics.deviation, decimals)}</td>
    <td>
      ${statistics && (statistics.voxels === 0 ? UNDEFINED : statistics.voxels.toLocaleString('en-GB'))}
    </td>
    <td class="text">${row.plane} ${row.slice === null ? '' : row.slice + 1}</td>
  </tr>`;
}
