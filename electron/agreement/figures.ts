// Every figure of a pair by a flat key: what tables, summaries and reports go through.
import type { PairMetrics } from './types.ts';

type Reader = (metrics: PairMetrics) => number | null;

/** Key → how to read it off the metrics of a pair. Keys also name the definitions. */
export const FIGURES = {
  dice: (m) => m.dice,
  jaccard: (m) => m.jaccard,
  precision: (m) => m.precision,
  recall: (m) => m.recall,
  volumeDifferenceMl: (m) => m.volumeDifferenceMl,
  absoluteVolumeDifferenceMl: (m) => (m.volumeDifferenceMl === null ? null : Math.abs(m.volumeDifferenceMl)),
  relativeVolumeDifference: (m) => m.relativeVolumeDifference,
  kappaImage: (m) => m.kappa.image,
  kappaUnion10mm: (m) => m.kappa.union10mm,
  hausdorffMm: (m) => m.surface.hausdorffMm,
  hd95PooledMm: (m) => m.surface.hd95PooledMm,
  hd95MaxMm: (m) => m.surface.hd95MaxMm,
  hd95MeanMm: (m) => m.surface.hd95MeanMm,
  assdMm: (m) => m.surface.assdMm,
  masdMm: (m) => m.surface.masdMm,
  nsd: (m) => m.surface.nsd,
} satisfies Record<string, Reader>;
export type FigureKey = keyof typeof FIGURES;
export const FIGURE_KEYS = Object.keys(FIGURES) as FigureKey[];
