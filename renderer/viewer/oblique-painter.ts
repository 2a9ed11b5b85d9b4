// Paints the oblique view: the picture sampled on its plane, labels over it, and the marks of tools. Redraws what changed.
import type { Grid, Triple } from '../../electron/contract/geometry.ts';
import { planeOffset, type DrawingPlane } from '../editing/drawing-plane.ts';
import { placeIn } from '../editing/plane-sheet.ts';
import { planeWalk, samplePlane, type PlaneWalk } from '../editing/plane-walk.ts';
import type { Preview, PreviewArea } from '../editing/preview.ts';
import { fusedObliqueWalk, mixIn, type FusedLayer } from './fusion.ts';
import { labelsOblique, type ObliqueAxes } from './oblique.ts';
import { fitCanvas, pixelRatioOf } from './slice-painter.ts';
import { colourWord, drawNumbers } from './slice-raster.ts';
import { paintCorner, stroked, strokeLine } from './tool-preview.ts';
import type { VoxelArray } from './volume-data.ts';

/** Samples a view may have: keeps one picture below a few milliseconds. */
const MOST_SAMPLES = 160_000;
const AREA_OPACITY = 0.45;

/** How the plane lies in the view. */
export interface ObliqueLayout {
  axes: ObliqueAxes;
  /** The continuous voxel in the middle. */
  centre: Readonly<Triple>;
  /** CSS pixels a mm, and the view's size in CSS pixels. */
  scale: number;
  width: number;
  height: number;
}

export class ObliquePainter {
  private readonly grid: Grid;
  private readonly grey = document.createElement('canvas');
  private readonly colour = document.createElement('canvas');
  private numbers = new Float32Array(0);
  private image: ImageData | null = null;
  private walk: PlaneWalk | null = null;
  /** Where the sheets lie in the view, CSS pixels. */
  private place = { left: 0, top: 0, width: 0, height: 0 };

  constructor(grid: Grid) {
    this.grid = grid;
  }

  /** Samples the picture; `show` puts it on the screen. */
  sample(
    layout: ObliqueLayout,
    voxels: VoxelArray,
    window: { width: number; level: number },
    fused: FusedLayer | null,
  ): void {
    const { grid } = this;
    const { axes, centre, scale, width, height } = layout;
    const finest = Math.min(...grid.spacing);
    const pitch = Math.max(finest, Math.sqrt((width * height) / MOST_SAMPLES) / scale);
    const columns = Math.max(2, Math.ceil(width / scale / pitch));
    const rows = Math.max(2, Math.ceil(height / scale / pitch));
    const walk = planeWalk(grid, axes, centre, pitch, columns, rows);
    this.walk = walk;
    if (this.image?.width !== columns || this.image.height !== rows) {
      this.image = new ImageData(columns, rows);
      this.numbers = new Float32Array(columns * rows);
      for (const sheet of [this.grey, this.colour]) Object.assign(sheet, { width: columns, height: rows });
    }
    const [w, h] = [columns * pitch * scale, rows * pitch * scale];
    this.place = { left: (width - w) / 2, top: (height - h) / 2, width: w, height: h };
    const pixels = this.pixels;
    samplePlane(voxels, grid.shape, walk, this.numbers);
    drawNumbers(this.numbers, window, pixels);
    if (fused) {
      if (fused.opacity >= 1) pixels.fill(0xff000000);
      mixIn(fused, fusedObliqueWalk(grid, walk, fused.grid), columns, rows, pixels);
    }
    sheetContext(this.grey).putImageData(this.image, 0, 0);
  }

  private get pixels(): Uint32Array {
    return new Uint32Array(this.image!.data.buffer);
  }

  /** The picture as it was sampled, and over it the labels as they are now (null: none) and what the tool shows. */
  show(
    screen: HTMLCanvasElement,
    { width, height }: ObliqueLayout,
    smooth: boolean,
    labels: { voxels: Uint8Array; palette: Uint32Array; outline: boolean } | null,
    preview: Preview,
  ): void {
    const { walk, image, grid } = this;
    if (!walk || !image) return;
    fitCanvas(screen, width, height);
    const context = screen.getContext('2d')!;
    const ratio = pixelRatioOf(screen);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = '#000';
    context.fillRect(0, 0, width, height);
    const lay = (sheet: HTMLCanvasElement) =>
      context.drawImage(sheet, this.place.left, this.place.top, this.place.width, this.place.height);
    context.imageSmoothingEnabled = smooth;
    lay(this.grey);
    context.imageSmoothingEnabled = false;
    if (labels) {
      labelsOblique(labels.voxels, grid.shape, walk, labels.palette, this.pixels);
      if (labels.outline) outlineOblique(this.pixels, walk.columns, walk.rows);
      sheetContext(this.colour).putImageData(image, 0, 0);
      lay(this.colour);
    }
    for (const area of preview.areas) {
      areaOblique(area, walk, this.pixels);
      sheetContext(this.colour).putImageData(image, 0, 0);
      lay(this.colour);
    }
  }
}

const COLOUR_BITS = 0xffffff;
const OPAQUE = 0xff000000;

/** Makes the samples opaque that lie at the edge of their colour. */
export function outlineOblique(pixels: Uint32Array, columns: number, rows: number): void {
  for (let d = 0, n = 0; d < rows; d++) {
    for (let a = 0; a < columns; a++, n++) {
      if (pixels[n] === 0) continue;
      const colour = pixels[n] & COLOUR_BITS;
      const edge =
        (a > 0 && (pixels[n - 1] & COLOUR_BITS) !== colour) ||
        (a < columns - 1 && (pixels[n + 1] & COLOUR_BITS) !== colour) ||
        (d > 0 && (pixels[n - columns] & COLOUR_BITS) !== colour) ||
        (d < rows - 1 && (pixels[n + columns] & COLOUR_BITS) !== colour);
      if (edge) pixels[n] = (pixels[n] | OPAQUE) >>> 0;
    }
  }
}

const sheetContext = (sheet: HTMLCanvasElement) => sheet.getContext('2d', { willReadFrequently: true })!;

/** Fills `pixels` with the area's colour where the sample's voxel belongs to it. */
function areaOblique(area: PreviewArea, walk: PlaneWalk, pixels: Uint32Array): void {
  const { numbers, atLeast, atMost, guard } = area;
  const word = colourWord(area.colour, AREA_OPACITY);
  const { first, across, down, columns, rows } = walk;
  const placeOf = placesIn(area);
  for (let d = 0, n = 0; d < rows; d++) {
    for (let a = 0; a < columns; a++, n++) {
      pixels[n] = 0;
      const at = placeOf(
        Math.floor(first[0] + across[0] * a + down[0] * d + 0.5),
        Math.floor(first[1] + across[1] * a + down[1] * d + 0.5),
        Math.floor(first[2] + across[2] * a + down[2] * d + 0.5),
      );
      if (at < 0 || (guard && guard.open[guard.labels[at]] !== 1)) continue;
      if (numbers[at] >= atLeast && numbers[at] <= atMost) pixels[n] = word;
    }
  }
}

/** Where an area has the number of a voxel; −1 where it has none. */
function placesIn({ over }: PreviewArea): (i: number, j: number, k: number) => number {
  if (!('low' in over)) return (i, j, k) => placeIn(over, i, j, k);
  const { low } = over;
  const [nx, ny, nz] = low.map((v, axis) => over.high[axis] - v + 1);
  return (i, j, k) => {
    const [x, y, z] = [i - low[0], j - low[1], k - low[2]];
    return x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz ? -1 : x + nx * (y + ny * z);
  };
}

/** Where a continuous voxel lies in the view, looked at straight down on the plane: CSS pixels. */
export function obliqueToView(grid: Grid, plane: DrawingPlane, layout: ObliqueLayout) {
  const { centre, scale, width, height } = layout;
  return (voxel: Readonly<Triple>) => {
    const { x, y } = planeOffset(grid, plane, centre, voxel);
    return { x: width / 2 + x * scale, y: height / 2 + y * scale };
  };
}

/** The crosshair, the brush around the pointer and the lines of tools, over everything else. */
export function paintObliqueMarks(
  screen: HTMLCanvasElement,
  grid: Grid,
  plane: DrawingPlane,
  layout: ObliqueLayout,
  marks: {
    cross: boolean;
    brush: { at: Readonly<Triple>; radiusMm: number; round: boolean; erasing: boolean } | null;
    preview: Preview;
  },
): void {
  const { scale, width, height } = layout;
  fitCanvas(screen, width, height);
  const context = screen.getContext('2d')!;
  const ratio = pixelRatioOf(screen);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  if (marks.cross) paintCross(context, width, height);
  const toView = obliqueToView(grid, plane, layout);
  const { preview, brush } = marks;
  if (preview.plane) {
    for (const line of preview.lines) strokeLine(context, line, toView, preview.erasing);
    for (const corner of preview.corners) paintCorner(context, toView(corner), preview.erasing);
  }
  if (!brush) return;
  const { x, y } = toView(brush.at);
  const r = brush.radiusMm * scale;
  context.beginPath();
  if (brush.round) context.arc(x, y, r, 0, 2 * Math.PI);
  else context.rect(x - r, y - r, 2 * r, 2 * r);
  stroked(context, brush.erasing);
}

function paintCross(context: CanvasRenderingContext2D, width: number, height: number): void {
  const [x, y] = [Math.floor(width / 2) + 0.5, Math.floor(height / 2) + 0.5];
  context.strokeStyle = 'rgb(240 228 66 / 60%)';
  context.lineWidth = 1;
  context.setLineDash([5, 4]);
  context.beginPath();
  for (const [x0, y0, x1, y1] of [
    [0, y, x - 12, y],
    [x + 12, y, width, y],
    [x, 0, x, y - 12],
    [x, y + 12, x, height],
  ]) {
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
  }
  context.stroke();
  context.setLineDash([]);
}
