// The worker behind adjudication: sealed masks in, where they disagree or what was decided out.
import type { Disagreement, Take } from '../contract/adjudication.ts';
import { voxelCount, voxelVolumeMl, type Grid } from '../contract/geometry.ts';
import { decodeMask, encodeMask } from '../contract/mask-bytes.ts';
import { PatternIndex } from '../agreement/consensus/index.ts';
import { decide, describeDisagreement, disagreementMap } from './disagreement.ts';
import { pack, type ComposedMask } from './mask-work.ts';

/** `masks` are mask bytes on `grid`, in the order of `reads`. */
export interface DisagreementTask {
  do: 'describe' | 'map' | 'decide';
  grid: Grid;
  reads: string[];
  masks: Uint8Array[];
  steps: Take[];
}
export type DisagreementOutcome = Disagreement | Uint8Array | ComposedMask;

export default function disagreementWork(task: DisagreementTask): DisagreementOutcome {
  const voxels = voxelCount(task.grid);
  const labels = task.masks.map((mask) => decodeMask(mask, voxels));
  const { shape } = task.grid;
  if (task.do === 'describe') {
    return describeDisagreement({ shape, voxelMl: voxelVolumeMl(task.grid), labels });
  }
  if (task.do === 'map') return encodeMask(disagreementMap(new PatternIndex(labels), voxels));
  return pack(encodeMask(decide({ shape, labels }, task.reads, task.steps)));
}
