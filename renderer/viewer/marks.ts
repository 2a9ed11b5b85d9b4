// What lies over the picture: the crosshair that thins out around its centre, and the brush as large as it is.
import type { Grid, Triple } from '../../electron/contract/geometry.ts';
import type { BrushTip } from '../editing/brush.ts';
import { PLANE_AXES, voxelToView, type Placement, type Plane } from './slice-geometry.ts';
import { pixelRatioOf } from './slice-painter.ts';

const GAP = 12;

export interface Marks {
  crosshair: Readonly<Triple> | null;
  /** The brush at a continuous voxel; drawn where it cuts `slice`. */
  brush: { tip: BrushTip; at: Readonly<Triple>; erasing: boolean } | null;
  slice: number;
  /** Where an oblique plane cuts this slice: a point and a direction in voxels. */
  trace: { point: Triple; direction: Triple } | null;
}

export function paintMarks(
  screen: HTMLCanvasElement,
  grid: Grid,
  plane: Plane,
  placement: Placement,
  marks: Marks,
): void {
  const context = screen.getContext('2d')!;
  const ratio = pixelRatioOf(screen);
  const [width, height] = [screen.width / ratio, screen.height / ratio];
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  if (marks.crosshair) {
    const centre = voxelToView(grid, plane, placement, marks.crosshair);
    // On whole pixels of the screen: a line between two would be blurred over both.
    const [x, y] = [centre.x, centre.y].map((v) => (Math.floor(v * ratio) + 0.5) / ratio);
    context.strokeStyle = 'rgb(108 182 255 / 55%)';
    context.lineWidth = 1;
    context.beginPath();
    for (const [x0, y0, x1, y1] of [
      [0, y, x - GAP, y],
      [x + GAP, y, width, y],
      [x, 0, x, y - GAP],
      [x, y + GAP, x, height],
    ]) {
      context.moveTo(x0, y0);
      context.lineTo(x1, y1);
    }
    context.stroke();
  }
  if (marks.trace) paintTrace(context, grid, plane, placement, marks.trace, width + height);
  if (marks.brush) paintBrush(context, grid, plane, placement, marks.brush, marks.slice);
}

function paintTrace(
  context: CanvasRenderingContext2D,
  grid: Grid,
  plane: Plane,
  placement: Placement,
  { point, direction }: NonNullable<Marks['trace']>,
  reach: number,
): void {
  const at = voxelToView(grid, plane, placement, point);
  const beyond = voxelToView(grid, plane, placement, point.map((v, axis) => v + direction[axis]) as Triple);
  const length = Math.hypot(beyond.x - at.x, beyond.y - at.y) || 1;
  const [dx, dy] = [((beyond.x - at.x) / length) * reach, ((beyond.y - at.y) / length) * reach];
  context.beginPath();
  context.moveTo(at.x - dx, at.y - dy);
  context.lineTo(at.x + dx, at.y + dy);
  context.setLineDash([5, 4]);
  context.lineWidth = 1;
  context.strokeStyle = 'rgb(240 228 66 / 70%)';
  context.stroke();
  context.setLineDash([]);
}

function paintBrush(
  context: CanvasRenderingContext2D,
  grid: Grid,
  plane: Plane,
  placement: Placement,
  brush: NonNullable<Marks['brush']>,
  slice: number,
): void {
  const { through, across, down } = PLANE_AXES[plane];
  const { tip, at } = brush;
  const { x, y } = voxelToView(grid, plane, placement, at);
  const offset = Math.abs(slice - at[through]) * grid.spacing[through];
  const round = tip.shape === 'round';
  let [halfA, halfD] = [tip.radiusMm, tip.radiusMm];
  if (tip.flatAxis === null || tip.flatAxis === through) {
    // A ball is cut by parallel planes in ever smaller discs; a flat tip only by its own slice.
    if (tip.flatAxis === through ? offset > grid.spacing[through] / 2 : offset > tip.radiusMm) return;
    if (tip.flatAxis === null && round) halfA = halfD = Math.sqrt(tip.radiusMm ** 2 - offset ** 2);
  } else {
    if (offset > tip.radiusMm) return;
    const thin = grid.spacing[tip.flatAxis] / 2;
    const chord = round ? Math.sqrt(tip.radiusMm ** 2 - offset ** 2) : tip.radiusMm;
    halfA = tip.flatAxis === across ? thin : chord;
    halfD = tip.flatAxis === down ? thin : chord;
  }
  const [w, h] = [halfA * placement.scale, halfD * placement.scale];
  context.beginPath();
  if (round && (tip.flatAxis === null || tip.flatAxis === through))
    context.ellipse(x, y, w, h, 0, 0, 2 * Math.PI);
  else context.rect(x - w, y - h, 2 * w, 2 * h);
  context.lineWidth = 3;
  context.strokeStyle = 'rgb(0 0 0 / 55%)';
  context.stroke();
  context.lineWidth = 1.25;
  context.strokeStyle = brush.erasing ? '#ef6f6c' : '#ffffff';
  context.stroke();
}
