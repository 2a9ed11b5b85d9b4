// The worker behind the big run: all masks of one case in as stored, metrics of its asked pairs out.
import { compareMany } from '../agreement/compare-many.ts';
import type { LabelRuns } from '../agreement/label-runs.ts';
import { DEFAULT_SETTINGS, type PairMetrics } from '../agreement/types.ts';
import { voxelCount, type Grid } from '../contract/geometry.ts';
import { Problem } from '../contract/problem.ts';
import { labelRuns } from './agreement-worker.ts';
import { unpack } from './mask-work.ts';

export interface CaseTask {
  grid: Grid;
  /** As they rest in the study: mask bytes under zstd, and the SHA-256 of the mask bytes. */
  masks: { zipped: Uint8Array; sha256: string }[];
  /** [reference, test] as positions in `masks`. */
  pairs: (readonly [number, number])[];
  labels: number[];
}
export interface CaseOutcome {
  /** In the order of `pairs`; null where one of its masks cannot be read. */
  pairs: (PairMetrics[] | null)[];
  /** Position of each mask that cannot be read, with the reason. */
  faults: { mask: number; reason: string }[];
}

/** Reads each mask once and compares the pairs whose masks can both be read. */
export default function agreementCaseWork({ grid, masks, pairs, labels }: CaseTask): CaseOutcome {
  const count = voxelCount(grid);
  const faults: CaseOutcome['faults'] = [];
  const runs = masks.map((mask, n) => {
    try {
      return labelRuns(unpack(mask), count);
    } catch (cause) {
      faults.push({ mask: n, reason: cause instanceof Problem ? cause.message : 'its bytes are damaged' });
      return null;
    }
  });
  const whole = pairs.filter(([a, b]) => runs[a] !== null && runs[b] !== null);
  const found = compareMany(runs as LabelRuns[], whole, grid, labels, DEFAULT_SETTINGS);
  const byPair = new Map(whole.map((pair, n) => [pair, found[n]]));
  return { pairs: pairs.map((pair) => byPair.get(pair) ?? null), faults };
}
