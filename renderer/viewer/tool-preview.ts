// What the active tool shows over a view before anything changes: its lines and corners, and areas where they cut the slice.
import type { Grid, Triple } from '../../electron/contract/geometry.ts';
import type { Preview, PreviewArea, PreviewLine } from '../editing/preview.ts';
import { PLANE_AXES, voxelToView, type Placement, type Plane } from './slice-geometry.ts';
import { pixelRatioOf } from './slice-painter.ts';
import { colourWord } from './slice-raster.ts';

const OPACITY = 0.45;
const CORNER_PX = 3;

export class PreviewPainter {
  private readonly grid: Grid;
  private readonly plane: Plane;
  private readonly sheets: { area: PreviewArea; slice: number; canvas: HTMLCanvasElement | null }[] = [];

  constructor(grid: Grid, plane: Plane) {
    this.grid = grid;
    this.plane = plane;
  }

  /** Paints over what is on the canvas already. */
  paint(screen: HTMLCanvasElement, preview: Preview, slice: number, placement: Placement): void {
    const context = screen.getContext('2d')!;
    const ratio = pixelRatioOf(screen);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.sheets.length = preview.areas.length;
    preview.areas.forEach((area, n) => this.paintArea(context, area, n, slice, placement));
    const { through } = PLANE_AXES[this.plane];
    if (preview.slice?.axis !== through || preview.slice.index !== slice) return;
    const toView = (voxel: Readonly<Triple>) => voxelToView(this.grid, this.plane, placement, voxel);
    for (const line of preview.lines) strokeLine(context, line, toView, preview.erasing);
    for (const corner of preview.corners) paintCorner(context, toView(corner), preview.erasing);
  }

  private paintArea(
    context: CanvasRenderingContext2D,
    area: PreviewArea,
    n: number,
    slice: number,
    placement: Placement,
  ): void {
    const known = this.sheets[n];
    if (known?.area !== area || known.slice !== slice) {
      this.sheets[n] = { area, slice, canvas: sheetOf(area, this.plane, slice) };
    }
    const { canvas } = this.sheets[n];
    if (!canvas || !('low' in area.over)) return;
    const { across, down, upward } = PLANE_AXES[this.plane];
    const { low, high } = area.over;
    const rows = this.grid.shape[down];
    const top = upward ? rows - 1 - high[down] : low[down];
    const { left, top: y, pixelA, pixelD } = placement;
    context.imageSmoothingEnabled = false;
    context.drawImage(
      canvas,
      left + low[across] * pixelA,
      y + top * pixelD,
      canvas.width * pixelA,
      canvas.height * pixelD,
    );
  }
}

type ToView = (voxel: Readonly<Triple>) => { x: number; y: number };

export function strokeLine(
  context: CanvasRenderingContext2D,
  line: PreviewLine,
  toView: ToView,
  erasing: boolean,
): void {
  context.beginPath();
  line.points.forEach((voxel, n) => {
    const { x, y } = toView(voxel);
    if (n === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
  if (line.closed) context.closePath();
  context.setLineDash(line.dashed ? [4, 4] : []);
  stroked(context, erasing);
  context.setLineDash([]);
}

export function paintCorner(
  context: CanvasRenderingContext2D,
  { x, y }: { x: number; y: number },
  erasing: boolean,
): void {
  context.beginPath();
  context.rect(x - CORNER_PX, y - CORNER_PX, 2 * CORNER_PX, 2 * CORNER_PX);
  stroked(context, erasing);
}

/** Seen on black and on white. */
export function stroked(context: CanvasRenderingContext2D, erasing: boolean): void {
  context.lineWidth = 3;
  context.strokeStyle = 'rgb(0 0 0 / 55%)';
  context.stroke();
  context.lineWidth = 1.25;
  context.strokeStyle = erasing ? '#ef6f6c' : '#ffffff';
  context.stroke();
}

/** The area's cut through a slice as a picture of its own size, or null where it does not reach. */
function sheetOf(area: PreviewArea, plane: Plane, slice: number): HTMLCanvasElement | null {
  const { through, across, down, upward } = PLANE_AXES[plane];
  if (!('low' in area.over)) return null;
  const { low, high } = area.over;
  if (slice < low[through] || slice > high[through]) return null;
  const shape = low.map((v, axis) => high[axis] - v + 1) as Triple;
  const strides = [1, shape[0], shape[0] * shape[1]];
  const canvas = document.createElement('canvas');
  canvas.width = shape[across];
  canvas.height = shape[down];
  const image = new ImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  const word = colourWord(area.colour, OPACITY);
  const { numbers, atLeast, atMost, guard } = area;
  const start = (slice - low[through]) * strides[through];
  for (let d = 0, n = 0; d < shape[down]; d++) {
    let v = start + (upward ? shape[down] - 1 - d : d) * strides[down];
    for (let a = 0; a < shape[across]; a++, n++, v += strides[across]) {
      if (!(numbers[v] >= atLeast && numbers[v] <= atMost)) continue;
      if (!guard || guard.open[guard.labels[v]] === 1) pixels[n] = word;
    }
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return canvas;
}
