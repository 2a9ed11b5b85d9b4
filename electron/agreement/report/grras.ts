// The items of GRRAS (Kottner et al. 2011, J Clin Epidemiol 64:96–106): which this report answers, which the authors must.
import { counted, listed } from './format.ts';
import { html, type Html } from './html.ts';
import type { ReportInput } from './report-input.ts';

const AUTHORS = 'For the authors to state.';

export function grras(input: ReportInput): Html {
  const { study, run, flow } = input;
  const sealed = flow.reduce((sum, round) => sum + round.sealed, 0);
  const assigned = flow.reduce((sum, round) => sum + round.assigned, 0);
  const items: [string, string][] = [
    ['1. Title or abstract: that reliability or agreement was investigated', AUTHORS],
    [
      '2. The measurement and its instrument',
      `Outlines of ${listed(study.structures.map(({ name }) => name))}; see Methods.`,
    ],
    ['3. Subjects of interest', AUTHORS],
    ['4. Raters of interest', `${listed(study.readers)}; their experience is for the authors to state.`],
    ['5. What is known of reliability and agreement, and the rationale', AUTHORS],
    ['6. How the sample size was chosen', AUTHORS],
    ['7. Sampling of subjects and raters', AUTHORS],
    [
      '8. The process: times between readings, information, blinding',
      'See Methods: rounds, washout and blinding are those that the software enforced.',
    ],
    [
      '9. Whether ratings were independent',
      'Readers saw neither each other’s masks nor their own earlier round; reads of the assisted arm began from an AI mask.',
    ],
    ['10. Statistical analysis', 'See Methods and Definitions.'],
    [
      '11. Numbers of raters, subjects and ratings',
      `${counted(study.readers.length, 'reader')}, ${counted(study.cases, 'case')}, ${sealed} of ${assigned} assigned reads sealed, ${run.sealedReads} in the figures; see Flow of reads.`,
    ],
    ['12. Characteristics of raters and subjects', AUTHORS],
    ['13. Estimates with measures of uncertainty', 'See the results: intervals stand beside every mean.'],
    ['14. Practical relevance', AUTHORS],
    ['15. Detailed results', 'See Case by case, and the tables that come with this report.'],
  ];
  return html`<h2 id="grras">GRRAS checklist</h2>
    <div class="scroll">
      <table class="definitions">
        <thead>
          <tr>
            <th scope="col">Item</th>
            <th scope="col" class="text">Where</th>
          </tr>
        </thead>
        <tbody>
          ${items.map(
            ([item, where]) =>
              html`<tr>
                <th scope="row">${item}</th>
                <td class="text">${where}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}
