// The tables of `concord agreement --csv` of an example study, for R to read as they are. With a folder: writes them there.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFINITIONS } from '../../electron/agreement/definitions.ts';
import { exampleReport } from '../../electron/agreement/report/example-input.ts';
import { analyse, choicesOf } from '../../electron/agreement/study/index.ts';
import { agreementCsv } from '../../electron/cli/agreement-csv.ts';
import type { Agreement } from '../../electron/contract/agreement.ts';

const { rows } = exampleReport(5);
export const figures = analyse(rows, { replicates: 100, seed: 1 });
export const agreement = {
  run: {
    id: 'run',
    computedAt: '2026-01-01T00:00:00.000Z',
    metricVersion: '1',
    pairs: rows.length,
    sealedReads: 0,
    exclusions: [],
  },
  rows,
  summary: figures.lines,
  reads: figures.reads,
  reliability: figures.reliability,
  variance: figures.variance,
  choices: choicesOf(rows),
  definitions: DEFINITIONS,
} as unknown as Agreement;
export const tables = agreementCsv(agreement);

const folder = process.argv[2];
if (import.meta.url === `file://${process.argv[1]}` && folder) {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(tables)) writeFileSync(join(folder, name), text);
}
