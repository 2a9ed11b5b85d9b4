// The rows of a stored run: its reads paired again, each pair with the result that was kept for it.
import { setImmediate } from 'node:timers/promises';
import type { AgreementRow, PairMetrics } from '../../contract/agreement.ts';
import type { Readable } from '../../database/open.ts';
import { pairsOf, readingOrder, sideOf } from './pairs.ts';
import { ownRows, pairKey, storedResults, type StoredRun } from './store.ts';

/** Rows made at one go: a few milliseconds, so that requests beside a large study's are not kept waiting. */
const AT_ONCE = 2_000;

/** Every row of the run, in the order of its pairs and structures; pairs without a result have none. */
export async function rowsOf(db: Readable, run: StoredRun): Promise<AgreementRow[]> {
  const { reads, structures } = run.inputs;
  if (!reads) return ownRows(db, run.id);
  const results = await storedResults(db, run.metricVersion);
  const order = readingOrder(reads);
  const rows: AgreementRow[] = [];
  let made = 0;
  for (const { comparison, a, b } of pairsOf(reads)) {
    const sides = { a: sideOf(a, order), b: sideOf(b, order) };
    for (const { label, name } of structures) {
      const result = results.get(pairKey(a.revisionId, b.revisionId, label));
      if (result === undefined) continue;
      rows.push({
        comparison,
        caseId: a.caseId,
        caseName: a.caseName,
        structureLabel: label,
        structureName: name,
        ...sides,
        metrics: JSON.parse(result) as PairMetrics,
      });
      if (++made % AT_ONCE === 0) await setImmediate();
    }
  }
  return rows;
}
