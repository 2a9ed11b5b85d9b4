// A study's agreement as one HTML file that needs nothing but itself: no script, no network, fit for print.
import { DEFINITIONS } from '../definitions.ts';
import { caseTable } from './case-tables.ts';
import { flow } from './flow.ts';
import { counted, dateText } from './format.ts';
import { grras } from './grras.ts';
import { html, type Html } from './html.ts';
import { measurements } from './measurements.ts';
import { methods } from './methods.ts';
import type { ReportInput } from './report-input.ts';
import { reliabilitySection } from './reliability-tables.ts';
import { results } from './results.ts';
import { STYLE } from './style.ts';
import { KINDS, WORDING } from './wording.ts';

/** Rows of pairs that a reader can leaf through. */
const MOST_ROWS = 3_000;

/** The whole report as HTML text. The content security policy forbids scripts and anything from elsewhere. */
export function renderReport(input: ReportInput): string {
  const shown = KINDS.filter((kind) => kind !== 'ai' || input.rows.some((row) => row.comparison === 'ai'));
  const body = html`${masthead(input)} ${methods(input)} ${flow(input)}
    ${shown.map((kind) => results(input, kind))} ${reliabilitySection(input.analysis)} ${cases(input)}
    ${measurements(input.measurements, input.valueUnit)} ${definitions()} ${grras(input)}
    <footer>
      ${input.software}. Metric definitions version ${input.run.metricVersion}. Run ${input.run.id}. This file
      is complete in itself and loads nothing from elsewhere.
    </footer>`;
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${html`${input.software}`.markup}">
<title>${html`${input.study.name} – agreement report`.markup}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body.markup}
</main>
</body>
</html>
`;
}

function masthead({ study, run, generatedAt, software, staleBecause }: ReportInput): Html {
  return html`<header>
      <p class="kind">Agreement report</p>
      <h1>${study.name}</h1>
      <p class="facts">
        ${counted(study.cases, 'case')}, ${counted(study.readers.length, 'reader')},
        ${counted(study.rounds.length, 'round')}, ${counted(study.structures.length, 'structure')}. Printed
        ${dateText(generatedAt)}; figures computed ${dateText(run.computedAt)} with ${software}.
      </p>
    </header>
    ${
      staleBecause !== null &&
      html`<p class="stale">
        <b>These figures are out of date.</b> ${staleBecause} Compute agreement again before using them.
      </p>`
    }`;
}

function cases({ rows, settings }: ReportInput): Html | null {
  if (rows.length === 0) return null;
  if (rows.length > MOST_ROWS) {
    return html`<h2 id="cases">Case by case</h2>
      <p>
        ${counted(rows.length, 'row')} are too many to print. They stand in pairs.csv, which concord agreement
        --csv writes.
      </p>`;
  }
  return html`<h2 id="cases">Case by case</h2>
    ${KINDS.map((kind) => {
      const ofKind = rows.filter((row) => row.comparison === kind);
      if (ofKind.length === 0) return null;
      return html`<h3>${WORDING[kind].heading}</h3>
        ${[...Map.groupBy(ofKind, (row) => row.structureLabel).values()].map((ofStructure) => caseTable(ofStructure, settings.percentile))}`;
    })}`;
}

function definitions(): Html {
  return html`<h2 id="definitions">Definitions</h2>
    <p class="note">
      A is the first mask (the first-named reader, the earlier round, or the AI), B the second.
    </p>
    <div class="scroll">
      <table class="definitions">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col" class="text">Definition</th>
            <th scope="col" class="text">Empty masks</th>
            <th scope="col" class="text">Source</th>
          </tr>
        </thead>
        <tbody>
          ${DEFINITIONS.map(
            ({ name, unit, definition, emptyRule, source }) =>
              html`<tr>
                <th scope="row">${name}${unit && html` <small>${unit}</small>`}</th>
                <td class="text">${definition}</td>
                <td class="text">${emptyRule}</td>
                <td class="text">${source}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}
