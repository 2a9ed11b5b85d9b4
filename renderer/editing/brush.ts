// The brush: which voxels a swept disc, square, ball or cube covers. Sizes are mm, positions continuous voxels.
import type { Triple } from '../../electron/contract/geometry.ts';
import type { Box } from './label-volume.ts';

export type BrushShape = 'round' | 'square';

export interface BrushTip {
  shape: BrushShape;
  /** Half the width, mm. */
  radiusMm: number;
  /** The voxel axis across the view for a flat brush; null for a ball or cube. */
  flatAxis: 0 | 1 | 2 | null;
}

/**
 * Visits the index of every voxel whose centre lies in the tip swept from `from` to `to` (a capsule), so that fast
 * strokes leave no gaps. A tip thinner than a voxel still covers the voxels it passes. Returns the visited box, or null
 * when the sweep lies outside the volume.
 */
export function sweep(
  grid: { shape: Readonly<Triple>; spacing: Readonly<Triple> },
  tip: BrushTip,
  from: Readonly<Triple>,
  to: Readonly<Triple>,
  visit: (index: number) => void,
): Box | null {
  const { shape, spacing } = grid;
  const axes = ([0, 1, 2] as const).filter((axis) => axis !== tip.flatAxis);
  // The centre of some voxel is never further away than half the diagonal.
  const least =
    Math.max(...axes.map((axis) => (axis === 2 && tip.flatAxis === null ? 0 : spacing[axis]))) * 0.7072;
  const radius = Math.max(tip.radiusMm, least);
  const low: Triple = [0, 0, 0];
  const high: Triple = [0, 0, 0];
  for (const axis of [0, 1, 2] as const) {
    if (axis === tip.flatAxis) {
      low[axis] = high[axis] = Math.round(from[axis]);
    } else {
      const reach = radius / spacing[axis];
      low[axis] = Math.ceil(Math.min(from[axis], to[axis]) - reach);
      high[axis] = Math.floor(Math.max(from[axis], to[axis]) + reach);
    }
    low[axis] = Math.max(0, low[axis]);
    high[axis] = Math.min(shape[axis] - 1, high[axis]);
    if (low[axis] > high[axis]) return null;
  }
  const covers =
    tip.shape === 'round'
      ? capsule(spacing, tip, radius, from, to)
      : sweptBox(spacing, tip, radius, from, to);
  const [nx, ny] = shape;
  for (let k = low[2]; k <= high[2]; k++) {
    for (let j = low[1]; j <= high[1]; j++) {
      let index = low[0] + nx * (j + ny * k);
      for (let i = low[0]; i <= high[0]; i++, index++) if (covers(i, j, k)) visit(index);
    }
  }
  return { low, high };
}

type Covers = (i: number, j: number, k: number) => boolean;

function capsule(
  spacing: Readonly<Triple>,
  tip: BrushTip,
  radius: number,
  from: Readonly<Triple>,
  to: Readonly<Triple>,
): Covers {
  const weight = ([0, 1, 2] as const).map((axis) => (axis === tip.flatAxis ? 0 : spacing[axis]));
  const [sx, sy, sz] = weight;
  const dx = (to[0] - from[0]) * sx;
  const dy = (to[1] - from[1]) * sy;
  const dz = (to[2] - from[2]) * sz;
  const length2 = dx * dx + dy * dy + dz * dz;
  const limit = radius * radius + 1e-9;
  return (i, j, k) => {
    const px = (i - from[0]) * sx;
    const py = (j - from[1]) * sy;
    const pz = (k - from[2]) * sz;
    let t = length2 > 0 ? (px * dx + py * dy + pz * dz) / length2 : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    const ex = px - t * dx;
    const ey = py - t * dy;
    const ez = pz - t * dz;
    return ex * ex + ey * ey + ez * ez <= limit;
  };
}

/** A square or cube moved along the segment: covered where some moment t in 0…1 fits every axis at once. */
function sweptBox(
  spacing: Readonly<Triple>,
  tip: BrushTip,
  radius: number,
  from: Readonly<Triple>,
  to: Readonly<Triple>,
): Covers {
  const axes = ([0, 1, 2] as const).filter((axis) => axis !== tip.flatAxis);
  return (i, j, k) => {
    const voxel = [i, j, k];
    let first = 0;
    let last = 1;
    for (const axis of axes) {
      const reach = radius / spacing[axis] + 1e-9;
      const offset = voxel[axis] - from[axis];
      const move = to[axis] - from[axis];
      if (move === 0) {
        if (Math.abs(offset) > reach) return false;
        continue;
      }
      const a = (offset - reach) / move;
      const b = (offset + reach) / move;
      first = Math.max(first, Math.min(a, b));
      last = Math.min(last, Math.max(a, b));
      if (first > last) return false;
    }
    return true;
  };
}
