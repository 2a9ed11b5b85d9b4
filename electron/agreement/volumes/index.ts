// The public face of volumes: agreement of paired and repeated measurements.
export { linConcordance, pearson, type Concordance, type Correlation } from './correlation.ts';
export { equivalence, pairedT, type Equivalence, type PairedT } from './paired-tests.ts';
export type { MeasuredPair } from './pairs.ts';
export { wilcoxon, type Wilcoxon, type WilcoxonOptions } from './wilcoxon.ts';
