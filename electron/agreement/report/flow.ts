// How many reads there were to be, and how many are in the figures.
import { flowDiagram } from './flow-diagram.ts';
import { counted } from './format.ts';
import { html, type Html } from './html.ts';
import type { ReportInput } from './report-input.ts';

export function flow({ study, flow: rounds, exclusions }: ReportInput): Html {
  const nameOf = (number: number) => study.rounds.find((round) => round.number === number) ?? null;
  const total = (key: 'assigned' | 'drafts' | 'sealed' | 'imported') =>
    rounds.reduce((sum, round) => sum + round[key], 0);
  return html`<h2 id="flow">Flow of reads</h2>
    ${flowDiagram(rounds)}
    <div class="scroll">
      <table>
        <caption>
          ${counted(study.cases, 'case')}, ${counted(study.readers.length, 'reader')},
          ${counted(rounds.length, 'round')}.
        </caption>
        <thead>
          <tr>
            <th scope="col">Round</th>
            <th scope="col" class="text">Arm</th>
            <th scope="col">Assigned</th>
            <th scope="col">Not begun</th>
            <th scope="col">Draft</th>
            <th scope="col">Sealed</th>
            <th scope="col">of these imported</th>
          </tr>
        </thead>
        <tbody>
          ${rounds.map((round) => {
            const known = nameOf(round.round);
            return html`<tr>
              <th scope="row">${round.round}${known && html` <small>${known.name}</small>`}</th>
              <td class="text">${known?.arm ?? ''}</td>
              <td>${round.assigned}</td>
              <td>${round.assigned - round.drafts - round.sealed}</td>
              <td>${round.drafts}</td>
              <td>${round.sealed}</td>
              <td>${round.imported}</td>
            </tr>`;
          })}
          <tr class="all">
            <th scope="row">All</th>
            <td></td>
            <td>${total('assigned')}</td>
            <td>${total('assigned') - total('drafts') - total('sealed')}</td>
            <td>${total('drafts')}</td>
            <td>${total('sealed')}</td>
            <td>${total('imported')}</td>
          </tr>
        </tbody>
      </table>
    </div>
    ${
      exclusions.length > 0
        ? html`<h3>Left out</h3>
            <ul>
              ${exclusions.map((reason) => html`<li>${reason}</li>`)}
            </ul>`
        : html`<p>Nothing was left out.</p>`
    }`;
}
