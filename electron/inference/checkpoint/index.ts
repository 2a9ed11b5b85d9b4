// The public face of checkpoints: folders of nnU-Net and PanSegNet become models of Concord.
export {
  importCheckpoint,
  type ImportedModel,
  type ImportOptions,
  type ModelPlans,
} from './import-checkpoint.ts';
export { findCheckpoints, type FoundCheckpoint } from './find-checkpoint.ts';
export { readCheckpoint, type OpenCheckpoint } from './read-checkpoint.ts';
export type { CheckpointFacts } from './facts.ts';
