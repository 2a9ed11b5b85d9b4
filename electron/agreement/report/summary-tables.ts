// Summary tables: every figure of a structure over all cases, then the main ones pair by pair.
import { DEFINITIONS } from '../definitions.ts';
import type { FigureKey } from '../figures.ts';
import type { SummaryValue } from '../summary.ts';
import type { SummaryRow } from '../table.ts';
import { figureText, intervalText } from './format.ts';
import { html, type Html } from './html.ts';

const FIGURES: FigureKey[][] = [
  ['dice', 'jaccard'],
  ['volumeDifferenceMl', 'absoluteVolumeDifferenceMl', 'relativeVolumeDifference'],
  ['kappaImage', 'kappaUnion10mm'],
  ['hausdorffMm', 'hd95PooledMm', 'hd95MaxMm', 'hd95MeanMm', 'assdMm', 'masdMm', 'nsd'],
];
/** Key, two lines of heading, unit. */
const BY_PAIR: [FigureKey, string, string, string][] = [
  ['jaccard', 'Jaccard', '', ''],
  ['volumeDifferenceMl', 'Volume', 'difference', 'mL'],
  ['kappaImage', 'κ', 'image', ''],
  ['kappaUnion10mm', 'κ', 'union + 10 mm', ''],
  ['hd95PooledMm', 'HD95', 'pooled', 'mm'],
  ['hd95MaxMm', 'HD95', 'larger', 'mm'],
  ['hd95MeanMm', 'HD95', 'mean', 'mm'],
];

/** Name of a figure; hd95 figures at another percentile are called by it. */
function figureName(key: FigureKey, percentile: number): string {
  const name = DEFINITIONS.find((definition) => definition.key === key)!.name;
  return percentile === 95 ? name : name.replace('HD95', `HD${percentile}`);
}

/** Every figure over all pairs, one row a figure. */
export function figureTable(row: SummaryRow, caption: Html, percentile: number): Html {
  return html`<div class="scroll">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">Figure</th>
          <th scope="col">Mean</th>
          <th scope="col">SD</th>
          <th scope="col">95 % CI of the mean</th>
          <th scope="col">Median</th>
          <th scope="col">Minimum</th>
          <th scope="col">Maximum</th>
          <th scope="col">n</th>
          <th scope="col">Undefined</th>
        </tr>
      </thead>
      ${FIGURES.map(
        (group) =>
          html`<tbody>
            ${group.map((key) => figureRow(key, row.values[key], percentile))}
          </tbody>`,
      )}
    </table>
  </div>`;
}

function figureRow(key: FigureKey, value: SummaryValue, percentile: number): Html {
  const unit = DEFINITIONS.find((definition) => definition.key === key)!.unit;
  const text = (number: number | null) => figureText(key, number);
  return html`<tr>
    <th scope="row">${figureName(key, percentile)}${unit && html` <small>${unit}</small>`}</th>
    <td>${text(value.mean)}</td>
    <td>${text(value.sd)}</td>
    <td>${intervalText(key, value.ci95)}</td>
    <td>${text(value.median)}</td>
    <td>${text(value.minimum)}</td>
    <td>${text(value.maximum)}</td>
    <td>${value.n}</td>
    <td>${value.undefinedCount}</td>
  </tr>`;
}

/** Mean (SD) of the main figures, one row a pair; all pairs first. */
export function pairTable(rows: readonly SummaryRow[], caption: Html, percentile: number): Html {
  return html`<div class="scroll">
    <table class="pairs">
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">Pair</th>
          <th scope="col">n</th>
          <th scope="col">Dice<br /><small>95 % CI</small></th>
          ${BY_PAIR.map(
            ([, first, second, unit]) =>
              html`<th scope="col">
                ${first.replace('HD95', `HD${percentile}`)}<br /><small
                  >${[second, unit].filter(Boolean).join(', ')}</small
                >
              </th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => {
          return html`<tr class="${row.isAll ? 'all' : 'pair'}">
            <th scope="row">${row.isAll ? row.pair.replace(/^all/, 'All') : row.pair}</th>
            <td>${row.values.dice.n}</td>
            <td>${meanAndSd('dice', row.values.dice, row.values.dice.n)}</td>
            ${BY_PAIR.map(([key]) => html`<td>${meanAndSd(key, row.values[key], row.values.dice.n)}</td>`)}
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

/** Mean over (SD), Dice with its interval too; with its own n where values are undefined. */
function meanAndSd(key: FigureKey, value: SummaryValue, usual: number): Html {
  const sd = value.sd !== null && html`(${figureText(key, value.sd)})`;
  const n = value.n !== usual && html`<br /><small>n = ${value.n}</small>`;
  if (key === 'dice') {
    return html`${figureText(key, value.mean)}
      <small>${sd}<br />${intervalText(key, value.ci95)}</small>${n}`;
  }
  return html`${figureText(key, value.mean)}<br /><small>${sd}</small>${n}`;
}
