// Every compared pair of every case, and why figures among them are undefined.
import { FIGURES, type FigureKey } from '../figures.ts';
import type { ComparisonRow } from '../table.ts';
import { counted, figureText, fixed, listed } from './format.ts';
import { html, type Html } from './html.ts';
import { readerLetters, shortName, WORDING } from './wording.ts';

/** Key and two lines of heading. */
const COLUMNS: [FigureKey, string, string][] = [
  ['volumeDifferenceMl', 'Δ', 'mL'],
  ['dice', 'Dice', ''],
  ['jaccard', 'Jaccard', ''],
  ['kappaImage', 'κ', 'image'],
  ['kappaUnion10mm', 'κ', '+10 mm'],
  ['hausdorffMm', 'HD', ''],
  ['hd95PooledMm', 'HD95', 'pooled'],
  ['hd95MaxMm', 'HD95', 'larger'],
  ['hd95MeanMm', 'HD95', 'mean'],
  ['assdMm', 'ASSD', ''],
  ['nsd', 'NSD', ''],
];

/** `rows`: one kind of comparison and one structure. */
export function caseTable(rows: readonly ComparisonRow[], percentile: number): Html {
  const { comparison, structureName } = rows[0];
  const cases = [...Map.groupBy(rows, (row) => row.caseId).values()];
  const hd = `HD${percentile}`;
  const letters = readerLetters(rows);
  const key = [...letters].map(([name, letter]) => `${letter} ${name}`).join(', ');
  return html`<div class="scroll">
      <table>
        <caption>
          <b>${structureName}</b>
          – ${WORDING[comparison].inText}, case by case. Volumes in mL, distances in mm. ${key}; r1 is round
          1.
        </caption>
        <thead>
          <tr>
            <th scope="col">Case</th>
            <th scope="col" class="text">Pair</th>
            <th scope="col">First<br /><small>mL</small></th>
            <th scope="col">Second<br /><small>mL</small></th>
            ${COLUMNS.map(([, first, second]) => html`<th scope="col">${first.replace('HD95', hd)}${second !== '' && html`<br /><small>${second}</small>`}</th>`)}
          </tr>
        </thead>
        ${cases.map(
          (ofCase) =>
            html`<tbody>
              ${ofCase.map(
                (row, n) =>
                  html`<tr>
                    <th scope="row">${n === 0 && row.caseName}</th>
                    <td class="short">${shortName(row, letters)}</td>
                    <td>${fixed(row.metrics.reference.volumeMl, 2)}</td>
                    <td>${fixed(row.metrics.test.volumeMl, 2)}</td>
                    ${COLUMNS.map(([key]) => html`<td>${figureText(key, FIGURES[key](row.metrics))}</td>`)}
                  </tr>`,
              )}
            </tbody>`,
        )}
      </table>
    </div>
    ${remarks(rows)}`;
}

/** The notes of the pairs, each once, with the cases it is about. */
function remarks(rows: readonly ComparisonRow[]): Html | null {
  const noted = rows.flatMap((row) => row.metrics.notes.map((note) => ({ note, caseName: row.caseName })));
  if (noted.length === 0) return null;
  const notes = [...Map.groupBy(noted, (entry) => entry.note)];
  return html`<ul class="note">
    ${notes.map(([note, entries]) => {
      const cases = [...new Set(entries.map((entry) => entry.caseName))];
      const where = cases.length <= 12 ? listed(cases) : counted(cases.length, 'case');
      return html`<li>
        ${where} (${counted(entries.length, 'pair')}):
        ${note.replace('reference', 'first').replace('the test', 'the second').replace('The test', 'The second')}
      </li>`;
    })}
  </ul>`;
}
