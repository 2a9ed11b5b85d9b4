// The public face of ratings: agreement of raters who give levels or numbers.
export { cohensKappa, observedAgreement, pabak, type Kappa } from './cohen.ts';
export type { Estimate, Interval } from './estimate.ts';
export { fleissKappa, type FleissKappa } from './fleiss.ts';
export { generalisedKappa, gwet } from './gwet.ts';
export { holm } from './holm.ts';
export {
  ICC_FORMS,
  iccEstimates,
  intraclass,
  meanSquares,
  type Icc,
  type IccForm,
  type MeanSquares,
} from './icc.ts';
export {
  ALPHA_LEVELS,
  alphaAsIrr,
  krippendorffAlpha,
  krippendorffAlphaOfCounts,
  type Alpha,
  type AlphaLevel,
} from './krippendorff.ts';
export { congerKappa, lightKappa, type ManyRaters } from './many-raters.ts';
export { mcnemar, type McNemar } from './mcnemar.ts';
export { completeRows, contingencyTable, countLevels, ratedPairs, type Ratings } from './rating-table.ts';
export { matrixWeights, weightsOf, WEIGHT_KINDS, type WeightKind, type Weights } from './weights.ts';
export {
  countAgreement,
  MOST_LEVELS,
  ratingAgreement,
  SCALES,
  type PairAgreement,
  type RatingAgreement,
  type RatingTable,
  type Scale,
} from './rating-agreement.ts';
export { pairKappas, pairTable, type PairTable } from './pair-kappas.ts';
