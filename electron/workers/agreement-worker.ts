// The worker behind agreement: two masks as stored in, every metric of every asked label out.
import type { Grid } from '../contract/geometry.ts';
import { voxelCount } from '../contract/geometry.ts';
import { forEachMaskRun } from '../contract/mask-bytes.ts';
import { Problem, type ProblemDetails } from '../contract/problem.ts';
import { compareRuns, type AskedLabels } from '../agreement/compare.ts';
import type { LabelRuns } from '../agreement/label-runs.ts';
import { DEFAULT_SETTINGS, type MetricSettings, type PairMetrics } from '../agreement/types.ts';

/** `a` is the reference and `b` the test mask, as mask bytes (contract/mask-bytes) on `grid`. */
export interface AgreementTask {
  grid: Grid;
  a: Uint8Array;
  b: Uint8Array;
  labels: AskedLabels;
  settings?: MetricSettings;
}
export type AgreementOutcome = { value: PairMetrics[] } | { problem: ProblemDetails };

/** Compares one pair. Never unpacks a whole grid: only one label's own box at a time. */
export default function agreementWork(task: AgreementTask): AgreementOutcome {
  try {
    const count = voxelCount(task.grid);
    const reference = labelRuns(task.a, count);
    const test = labelRuns(task.b, count);
    return { value: compareRuns(reference, test, task.grid, task.labels, task.settings ?? DEFAULT_SETTINGS) };
  } catch (cause) {
    if (cause instanceof Problem) return { problem: cause.toDetails() };
    throw cause;
  }
}

/** Mask bytes → runs. Throws Problem `mask-bytes-damaged` unless they cover exactly `count` voxels. */
export function labelRuns(bytes: Uint8Array, count: number): LabelRuns {
  // A run takes at least two bytes.
  const ends = new Uint32Array(Math.ceil(bytes.length / 2));
  const labels = new Uint8Array(ends.length);
  let length = 0;
  let covered = 0;
  forEachMaskRun(bytes, (start, runLength, label) => {
    covered = start + runLength;
    ends[length] = covered;
    labels[length++] = label;
  });
  if (covered !== count) {
    throw new Problem(
      'mask-bytes-damaged',
      `The mask cannot be compared: it is for ${covered} voxels and its case has ${count}. Nothing was changed.`,
      { status: 422 },
    );
  }
  return { ends: ends.subarray(0, length), labels: labels.subarray(0, length) };
}
