// The words of agreement: two label masks on one grid, what is asked of them, and what comes back.

/** Voxels along i, j, k (i fastest). */
export type Shape = readonly [number, number, number];
/** Millimetres between voxel centres along i, j, k. */
export type Spacing = readonly [number, number, number];
/** The part of a grid that distances and volumes need; position in the patient does not matter to agreement. */
export interface MaskGrid {
  readonly shape: Shape;
  readonly spacing: Spacing;
}

export interface MetricSettings {
  /** Tolerance of the surface Dice (nsd) in mm; a voxel exactly at it counts as near. */
  readonly nsdToleranceMm: number;
  /** The percentile of the hd95 figures, 0…100. */
  readonly percentile: number;
}
export const DEFAULT_SETTINGS: MetricSettings = { nsdToleranceMm: 2, percentile: 95 };

export interface SurfaceMetrics {
  hausdorffMm: number | null;
  hd95PooledMm: number | null;
  hd95MaxMm: number | null;
  hd95MeanMm: number | null;
  assdMm: number | null;
  masdMm: number | null;
  nsd: number | null;
}

/** Agreement of two masks for one label. Lengths mm, volumes mL; null = undefined, with the reason in `notes`. */
export interface PairMetrics {
  label: number;
  reference: { voxels: number; volumeMl: number };
  test: { voxels: number; volumeMl: number };
  dice: number | null;
  jaccard: number | null;
  precision: number | null;
  recall: number | null;
  volumeDifferenceMl: number | null;
  relativeVolumeDifference: number | null;
  kappa: { image: number | null; union10mm: number | null };
  surface: SurfaceMetrics;
  notes: string[];
}

/** Throws RangeError unless the grid has three positive whole axes, positive finite spacings and under 2³¹ voxels. */
export function checkGrid({ shape, spacing }: MaskGrid): void {
  if (shape.length !== 3 || shape.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new RangeError(`shape ${shape.join(' × ')} is not three positive whole numbers`);
  }
  if (spacing.length !== 3 || spacing.some((s) => !Number.isFinite(s) || s <= 0)) {
    throw new RangeError(`spacing ${spacing.join(' × ')} is not three positive lengths`);
  }
  if (shape[0] * shape[1] * shape[2] >= 2 ** 31) throw new RangeError('a grid of 2³¹ voxels or more');
}
