// The brush: which voxels a swept disc, square, ball or cube covers. Sizes are mm, positions continuous voxels.
import type { Triple } from '../../electron/contract/geometry.ts';
import type { DrawingPlane } from './drawing-plane.ts';
import { unite, type Box } from './label-volume.ts';
import { sweepOblique } from './oblique-brush.ts';

export type BrushShape = 'round' | 'square';

export interface BrushTip {
  shape: BrushShape;
  /** Half the width, mm. */
  radiusMm: number;
  /** The voxel axis across the view for a flat brush; null for a ball or cube. */
  flatAxis: 0 | 1 | 2 | null;
  /** The plane of a flat brush that lies aslant of the axes; `flatAxis` is null then. */
  plane?: DrawingPlane;
}

/** What a row is covered on, as continuous bounds on i; `startLow`…`startHigh` is the part under the tip at `from`. */
interface Row {
  low: number;
  high: number;
  startLow: number;
  startHigh: number;
}

/** Writes what is covered of row (j, k) to `out`; false when nothing is. */
type RowBounds = (j: number, k: number, out: Row) => boolean;

const AXES = [0, 1, 2] as const;
/** Hands draw on voxel borders all the time: rounding must not decide whether both sides count. */
const SLACK = 1e-9;
/** What counts as visited already is a little less than what was, in voxels: rounding must leave no voxel out. */
const START_MARGIN = 1e-3;

/**
 * Visits runs (first index, length) of the voxels whose centres lie in the tip swept from `from` to `to`, so that fast
 * strokes leave no gaps. A tip too small to hold a voxel's centre everywhere also covers the voxels it passes through.
 * A voxel may be visited twice. Returns the box within which all visits lie, or null when there are none.
 *
 * `onward` says that the tip at `from` has been visited: a large ball then costs what it moves, not what it holds.
 */
export function sweep(
  grid: { shape: Readonly<Triple>; spacing: Readonly<Triple> },
  tip: BrushTip,
  from: Readonly<Triple>,
  to: Readonly<Triple>,
  visit: (start: number, length: number) => void,
  onward = false,
): Box | null {
  if (tip.plane) return sweepOblique(grid, tip, tip.plane, from, to, visit);
  const { shape, spacing } = grid;
  const axes = AXES.filter((axis) => axis !== tip.flatAxis);
  const reach = spacing.map((mm) => tip.radiusMm / mm) as Triple;
  const rows = tip.shape === 'round' ? roundRows : squareRows;
  const radius = tip.radiusMm;
  const covered = visitRows(
    shape,
    tip.flatAxis,
    from,
    to,
    reach,
    rows(from, to, spacing, radius, axes),
    visit,
    onward,
  );
  const halfDiagonal = Math.hypot(...axes.map((axis) => spacing[axis])) / 2;
  const holdsCentre = tip.shape === 'round' ? halfDiagonal : Math.max(...axes.map((a) => spacing[a])) / 2;
  if (radius >= holdsCentre) return covered;
  // The voxels that the middle of the tip passes through: a square of half a voxel each way, swept.
  const half: Triple = [0.5, 0.5, 0.5];
  const passed = visitRows(
    shape,
    tip.flatAxis,
    from,
    to,
    half,
    squareRows(from, to, [1, 1, 1], 0.5, axes),
    visit,
    false,
  );
  return covered && passed ? unite(covered, passed) : (covered ?? passed);
}

function visitRows(
  shape: Readonly<Triple>,
  flatAxis: 0 | 1 | 2 | null,
  from: Readonly<Triple>,
  to: Readonly<Triple>,
  reach: Readonly<Triple>,
  boundsOf: RowBounds,
  visit: (start: number, length: number) => void,
  onward: boolean,
): Box | null {
  const low: Triple = [0, 0, 0];
  const high: Triple = [0, 0, 0];
  for (const axis of AXES) {
    const flat = axis === flatAxis;
    low[axis] = flat
      ? Math.round(from[axis])
      : Math.ceil(Math.min(from[axis], to[axis]) - reach[axis] - SLACK);
    high[axis] = flat ? low[axis] : Math.floor(Math.max(from[axis], to[axis]) + reach[axis] + SLACK);
    low[axis] = Math.max(0, low[axis]);
    high[axis] = Math.min(shape[axis] - 1, high[axis]);
    if (!(low[axis] <= high[axis])) return null;
  }
  const [nx, ny] = shape;
  const row: Row = { low: 0, high: 0, startLow: 0, startHigh: 0 };
  let any = false;
  for (let k = low[2]; k <= high[2]; k++) {
    for (let j = low[1]; j <= high[1]; j++) {
      if (!boundsOf(j, k, row)) continue;
      const first = Math.max(low[0], Math.ceil(row.low - SLACK));
      const last = Math.min(high[0], Math.floor(row.high + SLACK));
      if (first > last) continue;
      any = true;
      const line = nx * (j + ny * k);
      const seenFirst = Math.max(first, Math.ceil(row.startLow + START_MARGIN));
      const seenLast = Math.min(last, Math.floor(row.startHigh - START_MARGIN));
      if (!onward || seenFirst > seenLast) visit(line + first, last - first + 1);
      else {
        if (first < seenFirst) visit(line + first, seenFirst - first);
        if (seenLast < last) visit(line + seenLast + 1, last - seenLast);
      }
    }
  }
  return any ? { low, high } : null;
}

/**
 * A ball (a disc when one axis is left out) moved along the segment. Each row cuts it in one interval: what it cuts of
 * the two end balls and of the tube between them, which together are convex.
 */
function roundRows(
  from: Readonly<Triple>,
  to: Readonly<Triple>,
  spacing: Readonly<Triple>,
  radius: number,
  axes: readonly (0 | 1 | 2)[],
): RowBounds {
  const weight = AXES.map((axis) => (axes.includes(axis) ? spacing[axis] : 0));
  const [dx, dy, dz] = AXES.map((axis) => (to[axis] - from[axis]) * weight[axis]);
  const length2 = dx * dx + dy * dy + dz * dz;
  const radius2 = radius * radius + SLACK;
  const sx = weight[0];
  return (j, k, out) => {
    const py = (j - from[1]) * weight[1];
    const pz = (k - from[2]) * weight[2];
    out.low = Infinity;
    out.high = -Infinity;
    // All in mm along the row from the segment's start.
    const ball = (x: number, y: number, z: number) => {
      const rest = radius2 - y * y - z * z;
      if (rest < 0) return;
      const half = Math.sqrt(rest);
      out.low = Math.min(out.low, x - half);
      out.high = Math.max(out.high, x + half);
    };
    ball(0, py, pz);
    out.startLow = out.low;
    out.startHigh = out.high;
    if (length2 > 0) {
      ball(dx, py - dy, pz - dz);
      tube(out, py, pz, dx, dy, dz, length2, radius2);
    }
    if (out.low > out.high) return false;
    if (sx === 0) {
      // The row runs across the flat brush: all of it, or nothing.
      out.low = -Infinity;
      out.high = Infinity;
      if (out.startLow <= out.startHigh) [out.startLow, out.startHigh] = [-Infinity, Infinity];
    } else {
      out.low = from[0] + out.low / sx;
      out.high = from[0] + out.high / sx;
      out.startLow = from[0] + out.startLow / sx;
      out.startHigh = from[0] + out.startHigh / sx;
    }
    return true;
  };
}

/** Widens `out` by the part of the row whose nearest point of the endless line lies within the segment and the radius. */
function tube(
  out: { low: number; high: number },
  py: number,
  pz: number,
  dx: number,
  dy: number,
  dz: number,
  length2: number,
  radius2: number,
): void {
  const along = py * dy + pz * dz;
  // Distance² from the line is a·x² + 2b·x + c + radius².
  const a = (dy * dy + dz * dz) / length2;
  const b = (-dx * along) / length2;
  const c = py * py + pz * pz - (along * along) / length2 - radius2;
  let low = -Infinity;
  let high = Infinity;
  if (a > 1e-12) {
    const root = b * b - a * c;
    if (root < 0) return;
    low = (-b - Math.sqrt(root)) / a;
    high = (-b + Math.sqrt(root)) / a;
  } else if (c > 0) return;
  if (dx !== 0) {
    const [start, end] = [-along / dx, (length2 - along) / dx];
    low = Math.max(low, Math.min(start, end));
    high = Math.min(high, Math.max(start, end));
  } else if (along < 0 || along > length2) return;
  if (low > high) return;
  out.low = Math.min(out.low, low);
  out.high = Math.max(out.high, high);
}

/** A square or cube moved along the segment: a row is covered for the moments t in 0…1 that fit the other axes at once. */
function squareRows(
  from: Readonly<Triple>,
  to: Readonly<Triple>,
  spacing: Readonly<Triple>,
  radius: number,
  axes: readonly (0 | 1 | 2)[],
): RowBounds {
  const others = axes.filter((axis) => axis !== 0);
  const reach = radius / spacing[0];
  const move = to[0] - from[0];
  return (j, k, out) => {
    let first = 0;
    let last = 1;
    let underStart = true;
    for (const axis of others) {
      const near = radius / spacing[axis] + SLACK;
      const offset = (axis === 1 ? j : k) - from[axis];
      const step = to[axis] - from[axis];
      underStart &&= Math.abs(offset) <= near - START_MARGIN;
      if (step === 0) {
        if (Math.abs(offset) > near) return false;
        continue;
      }
      const [a, b] = [(offset - near) / step, (offset + near) / step];
      first = Math.max(first, Math.min(a, b));
      last = Math.min(last, Math.max(a, b));
      if (first > last) return false;
    }
    const wide = axes.includes(0) ? reach : Infinity;
    out.startLow = underStart ? from[0] - wide : Infinity;
    out.startHigh = underStart ? from[0] + wide : -Infinity;
    if (!axes.includes(0)) {
      out.low = -Infinity;
      out.high = Infinity;
    } else {
      out.low = from[0] + Math.min(first * move, last * move) - reach;
      out.high = from[0] + Math.max(first * move, last * move) + reach;
    }
    return true;
  };
}
