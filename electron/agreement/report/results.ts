// The results of one kind of comparison: per structure a summary, the pairs, Dice of each case, and volumes.
import type { Comparison } from '../pairs.ts';
import type { StudyLine } from '../study/index.ts';
import { armsOf, type ComparisonRow } from '../table.ts';
import { dicePlot } from './dice-plot.ts';
import { counted } from './format.ts';
import { html, type Html } from './html.ts';
import type { ReportInput } from './report-input.ts';
import { bootstrapTable } from './reliability-tables.ts';
import { figureTable, pairTable } from './summary-tables.ts';
import { volumes } from './volumes.ts';
import { seriesName, WORDING } from './wording.ts';

/** The section of one kind of comparison, or the sentence that says why there is none. */
export function results(input: ReportInput, comparison: Comparison): Html {
  const { heading, explained, none } = WORDING[comparison];
  const rows = input.rows.filter((row) => row.comparison === comparison);
  if (rows.length === 0)
    return html`<h2 id="${comparison}">${heading}</h2>
      <p>${none}</p>`;
  const lines = input.analysis.lines.filter((line) => line.comparison === comparison);
  return html`<h2 id="${comparison}">${heading}</h2>
    <p class="note">${explained}</p>
    ${[...Map.groupBy(rows, (row) => row.structureLabel).values()].map((ofStructure) => structure(input, ofStructure, lines))}`;
}

function structure(input: ReportInput, rows: readonly ComparisonRow[], ofKind: readonly StudyLine[]): Html {
  const { structureName, structureLabel, comparison } = rows[0];
  const colour = input.study.structures.find((entry) => entry.label === structureLabel)?.colour ?? '';
  const swatch =
    /^#[0-9a-f]{6}$/i.test(colour) && html`<span class="swatch" style="background:${colour}"></span>`;
  const lines = ofKind.filter((line) => line.structureLabel === structureLabel);
  const overall = lines.filter((line) => line.isAll);
  const { percentile } = input.settings;
  const title = `${structureName}, ${WORDING[comparison].inText}`;
  const mean = overall.length === 1 ? overall[0].values.dice.mean : null;
  const plot = dicePlot(rows, seriesName, mean, title);
  return html`<section>
    <h3>${swatch}${structureName}</h3>
    ${overall.map((line) => {
      const pairs = rows.filter((row) => line.arms === null || armsOf(row) === line.arms);
      const cases = new Set(pairs.map((row) => row.caseId)).size;
      return figureTable(
        line,
        html`<b>${title}</b>${line.arms !== null && ` (${line.arms})`}: ${counted(pairs.length, 'pair')} of
          masks on ${counted(cases, 'case')}.`,
        percentile,
      );
    })}
    ${pairTable(lines, html`<b>${title}</b>, pair by pair: mean <small>(SD)</small> over cases.`, percentile)}
    ${bootstrapTable(lines)}
    ${
      plot &&
      html`<figure>
        ${plot}
        <figcaption><b>Dice of each case.</b> ${mean !== null && 'Dashed: the mean over cases.'}</figcaption>
      </figure>`
    }
    ${volumes(rows)}
  </section>`;
}
