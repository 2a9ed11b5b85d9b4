// Volumes as measurements in the report: intraclass correlations, error, repeatability, variance; and bootstrap intervals.
import type { StudyAnalysis, StudyLine } from '../study/index.ts';
import { figureText, fixed, intervalText } from './format.ts';
import { html, type Html } from './html.ts';

/** Intervals of the main figures by the bootstrap over cases, one row a line of the summary. */
export function bootstrapTable(lines: readonly StudyLine[]): Html | null {
  const drawn = lines.filter((line) => line.bootstrap !== null);
  if (drawn.length === 0) return null;
  const keys = ['dice', 'kappaUnion10mm', 'hd95PooledMm'] as const;
  return html`<h4>Bootstrap intervals of the means</h4>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Pair</th>
            <th scope="col">Dice <small>BCa 95 %</small></th>
            <th scope="col">κ, union + 10 mm <small>BCa 95 %</small></th>
            <th scope="col">HD95, pooled, mm <small>BCa 95 %</small></th>
          </tr>
        </thead>
        <tbody>
          ${drawn.map(
            (line) =>
              html`<tr>
                <th scope="row">${line.isAll ? line.pair.replace(/^all/, 'All') : line.pair}</th>
                ${keys.map(
                  (key) =>
                    html`<td>
                      ${figureText(key, line.values[key].mean)}
                      <small>(${intervalText(key, line.bootstrap![key].bca)})</small>
                    </td>`,
                )}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

/** ICC of volumes of every round and reader, and the components of their variance. */
export function reliabilitySection({ reliability, variance }: StudyAnalysis): Html | null {
  if (reliability.length === 0) return null;
  return html`<h2 id="reliability">Reliability of volumes</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Structure</th>
            <th scope="col" class="text">Of</th>
            <th scope="col">ICC(2,1) <small>(95 % CI)</small></th>
            <th scope="col">ICC(3,1) <small>(95 % CI)</small></th>
            <th scope="col">SEM mL</th>
            <th scope="col">Repeatability mL</th>
            <th scope="col">Cases</th>
            <th scope="col">Left out</th>
          </tr>
        </thead>
        <tbody>
          ${reliability.map((entry) => {
            const text = ({ estimate, ci95, reason }: (typeof entry.icc)['icc2']) =>
              estimate === null
                ? html`<small>– ${reason ?? ''}</small>`
                : html`${fixed(estimate, 3)}
                    <small>${ci95 !== null && `(${fixed(ci95[0], 3)} to ${fixed(ci95[1], 3)})`}</small>`;
            return html`<tr>
              <th scope="row">${entry.structureName}</th>
              <td class="text">
                ${entry.comparison === 'inter' ? `Between readers, ${entry.of}` : `Within ${entry.of}`}
              </td>
              <td>${text(entry.icc.icc2)}</td>
              <td>${text(entry.icc.icc3)}</td>
              <td>${fixed(entry.error?.agreement ?? null, 2)}</td>
              <td>${fixed(entry.repeatability?.coefficient ?? null, 2)}</td>
              <td>${entry.cases}</td>
              <td>${entry.incomplete}</td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
    ${varianceTable(variance)}`;
}

function varianceTable(variance: StudyAnalysis['variance']): Html {
  return html`<h4>Variance components of volumes, mL²</h4>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Structure</th>
            <th scope="col">Case</th>
            <th scope="col">Reader</th>
            <th scope="col">Reader × case</th>
            <th scope="col">Residual</th>
            <th scope="col">Reads</th>
          </tr>
        </thead>
        <tbody>
          ${variance.map(
            (entry) =>
              html`<tr>
                <th scope="row">${entry.structureName}${entry.arm !== null && ` (${entry.arm})`}</th>
                ${
                  entry.case === null
                    ? html`<td colspan="4" class="text">${entry.reason}</td>`
                    : [entry.case, entry.reader, entry.caseReader, entry.residual].map(
                        (value) => html`<td>${fixed(value, 3)}</td>`,
                      )
                }
                <td>${entry.measurements}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}
