// The public face of volumes: agreement of paired and repeated measurements.
export { linConcordance, pearson, type Concordance, type Correlation } from './correlation.ts';
export { deming, MOST_PASSING_BABLOK, passingBablok, type MethodLine } from './method-lines.ts';
export { equivalence, pairedT, type Equivalence, type PairedT } from './paired-tests.ts';
export type { MeasuredPair } from './pairs.ts';
export { measurementError, repeatability, type Repeatability } from './repeatability.ts';
export {
  limitsAt,
  regressionLimits,
  repeatedLimits,
  type RegressionLimits,
  type RepeatedLimits,
} from './repeated-limits.ts';
export { varianceComponents, type Measurement, type VarianceComponents } from './variance-components.ts';
export { wilcoxon, type Wilcoxon, type WilcoxonOptions } from './wilcoxon.ts';
