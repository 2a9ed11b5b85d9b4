// The worker behind adjudication: sealed masks in, where they disagree or what is taken over out.
import type { Disagreement, Outcome, Take, VoteSource } from '../contract/adjudication.ts';
import { voxelCount, type Grid } from '../contract/geometry.ts';
import { decodeMask, encodeDifference, encodeMask } from '../contract/mask-bytes.ts';
import { PatternIndex } from '../agreement/consensus/index.ts';
import {
  decide,
  describeDisagreement,
  disagreementMap,
  entropyMap,
  outcomeOf,
  voteMask,
} from './disagreement.ts';
import { pack, type ComposedMask } from './mask-work.ts';

type Asked =
  | { do: 'describe' | 'map' | 'entropy' }
  | { do: 'vote'; source: VoteSource }
  /** The mask after `steps`, beginning with the vote. */
  | { do: 'decide'; steps: Take[] }
  /** What `step` changes in `present` (mask bytes), as patch bytes: empty when nothing. */
  | { do: 'take'; step: Take; present: Uint8Array }
  | { do: 'outcome'; present: Uint8Array };

/** `masks` are mask bytes on `grid`, in the order of `reads`. */
export type DisagreementTask = { grid: Grid; reads: string[]; masks: Uint8Array[] } & Asked;
export type DisagreementOutcome = Disagreement | Outcome | Uint8Array | ComposedMask;

export default function disagreementWork(task: DisagreementTask): DisagreementOutcome {
  const { grid, reads } = task;
  const { shape } = grid;
  const voxels = voxelCount(grid);
  const labels = task.masks.map((mask) => decodeMask(mask, voxels));
  switch (task.do) {
    case 'describe':
      return describeDisagreement({ grid, labels });
    case 'map':
      return encodeMask(disagreementMap(new PatternIndex(labels), voxels));
    case 'entropy':
      return encodeMask(entropyMap(new PatternIndex(labels), voxels));
    case 'vote':
      return encodeMask(voteMask(new PatternIndex(labels), voxels, task.source));
    case 'decide':
      return pack(encodeMask(decide({ shape, labels }, reads, task.steps)));
    case 'take': {
      const present = decodeMask(task.present, voxels);
      return encodeDifference(present, decide({ shape, labels }, reads, [task.step], present.slice()));
    }
    case 'outcome':
      return outcomeOf({ shape, labels }, decodeMask(task.present, voxels));
  }
}
