// The public face of agreement: pure functions on typed arrays and plain rows.
export { blandAltman, type BlandAltman } from './bland-altman.ts';
export { compareMasks, compareRuns, type AskedLabels } from './compare.ts';
export { DEFINITIONS, METRIC_VERSION, type Definition } from './definitions.ts';
export { FIGURE_KEYS, FIGURES, type FigureKey } from './figures.ts';
export type { LabelRuns } from './label-runs.ts';
export { listPairs, type Comparison, type Pair, type PairableRead } from './pairs.ts';
export { summariseValues, type SummaryValue } from './summary.ts';
export { summarise, type ComparisonRow, type ComparisonSide, type SummaryRow } from './table.ts';
export {
  DEFAULT_SETTINGS,
  type MaskGrid,
  type MetricSettings,
  type PairMetrics,
  type SurfaceMetrics,
} from './types.ts';
export { renderReport, type ReportInput } from './report/index.ts';
