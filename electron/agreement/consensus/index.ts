// The public face of consensus: several masks of one case together.
export { paintPatterns, PatternIndex, type VotePatterns } from './patterns.ts';
export { sliceDisagreement, worstSlices, type SliceDisagreement } from './slices.ts';
export { staple, type Staple } from './staple.ts';
export { stapleLabels, type LabelStaple, type LabelStapleOptions } from './staple-labels.ts';
export { majorityVote, voteEntropy, type Vote } from './vote.ts';
export { voxelAgreement, type VoxelAgreement } from './voxel-agreement.ts';
