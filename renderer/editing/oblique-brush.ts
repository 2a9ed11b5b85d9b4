// The flat brush on a plane at any angle: a disc or square swept along the hand's way in that plane.
import type { Triple } from '../../electron/contract/geometry.ts';
import type { BrushTip } from './brush.ts';
import { planeOffset, visitPlane, type DrawingPlane } from './drawing-plane.ts';
import { unite, type Box } from './label-volume.ts';

const SLACK = 1e-9;

/**
 * Visits runs of the voxels that the plane through `from` passes through and whose centres, looked at straight down on the
 * plane, lie in the tip swept from `from` to `to` (both in that plane). A tip too small to hold a voxel's centre everywhere
 * also covers the voxels its middle passes through. Returns the box of all visits, or null when there are none.
 */
export function sweepOblique(
  grid: { shape: Readonly<Triple>; spacing: Readonly<Triple> },
  tip: BrushTip,
  plane: DrawingPlane,
  from: Readonly<Triple>,
  to: Readonly<Triple>,
  visit: (start: number, length: number) => void,
): Box | null {
  const { x, y } = planeOffset(grid, plane, from, to);
  const r = tip.radiusMm;
  const bounds = {
    x0: Math.min(0, x) - r,
    x1: Math.max(0, x) + r,
    y0: Math.min(0, y) - r,
    y1: Math.max(0, y) + r,
  };
  const inside = tip.shape === 'round' ? inDisc(x, y, r) : inSquare(x, y, r);
  const covered = visitPlane(grid, plane, from, bounds, inside, visit);
  if (r >= Math.hypot(...grid.spacing) / 2) return covered;
  const passed = alongLine(grid, from, to, visit);
  return covered && passed ? unite(covered, passed) : (covered ?? passed);
}

/** Whether a place is within `r` of the segment from (0, 0) to (x, y). */
function inDisc(x: number, y: number, r: number): (px: number, py: number) => boolean {
  const length2 = x * x + y * y;
  const most = r * r + SLACK;
  return (px, py) => {
    const t = length2 === 0 ? 0 : Math.min(1, Math.max(0, (px * x + py * y) / length2));
    return (px - t * x) ** 2 + (py - t * y) ** 2 <= most;
  };
}

/** Whether a square of 2r moved from (0, 0) to (x, y) ever holds a place. */
function inSquare(x: number, y: number, r: number): (px: number, py: number) => boolean {
  const reach = r + SLACK;
  /** The moments 0…1 in which one coordinate fits. */
  const moments = (p: number, step: number): [number, number] => {
    if (step === 0) return Math.abs(p) <= reach ? [0, 1] : [1, 0];
    const [a, b] = [(p - reach) / step, (p + reach) / step];
    return [Math.max(0, Math.min(a, b)), Math.min(1, Math.max(a, b))];
  };
  return (px, py) => {
    const [ax, bx] = moments(px, x);
    const [ay, by] = moments(py, y);
    return Math.max(ax, ay) <= Math.min(bx, by);
  };
}

/** The voxels that a line passes through, looked for every quarter of a voxel. */
function alongLine(
  { shape }: { shape: Readonly<Triple> },
  from: Readonly<Triple>,
  to: Readonly<Triple>,
  visit: (start: number, length: number) => void,
): Box | null {
  const steps = Math.max(1, Math.ceil(4 * Math.max(...from.map((v, axis) => Math.abs(to[axis] - v)))));
  let box: Box | null = null;
  for (let n = 0; n <= steps; n++) {
    const voxel = from.map((v, axis) => Math.round(v + ((to[axis] - v) * n) / steps)) as Triple;
    if (voxel.some((v, axis) => v < 0 || v >= shape[axis])) continue;
    visit(voxel[0] + shape[0] * (voxel[1] + shape[1] * voxel[2]), 1);
    box = box ? unite(box, { low: voxel, high: voxel }) : { low: [...voxel], high: [...voxel] };
  }
  return box;
}
