// Paints one view: the slice and the overlay on canvases, redrawing only what changed. No framework, no state of its own.
import type { Grid } from '../../electron/contract/geometry.ts';
import type { Box } from '../editing/label-volume.ts';
import { fusedWalk, mixIn, type FusedLayer } from './fusion.ts';
import { PLANE_AXES, type Placement, type Plane } from './slice-geometry.ts';
import { LabelEdges } from './label-edges.ts';
import {
  drawChanges,
  drawLabels,
  drawNumbers,
  drawSlice,
  walkOf,
  WindowTable,
  type PixelBox,
  type Walk,
} from './slice-raster.ts';
import { projectSlab, slabRange, type Slab } from './slab.ts';
import type { VoxelArray } from './volume-data.ts';

export interface OverlayStyle {
  /** RGBA word a label; 0 hides. */
  palette: Uint32Array;
  /** The label itself where it shows, 0 where it does not. */
  keep: Uint8Array;
  /** CSS colour a label, for outlines. */
  colours: readonly (string | undefined)[];
  outline: boolean;
  /** Shows what became of one structure since an earlier mask; palette, keep and colours are then of slice-raster's codes. */
  changes?: { before: Uint8Array; label: number };
}

/** A slice-sized picture that lives beside the screen and is scaled onto it. */
class Sheet {
  readonly canvas = document.createElement('canvas');
  private readonly context: CanvasRenderingContext2D;
  private image: ImageData;
  pixels: Uint32Array;

  constructor(across: number, down: number) {
    this.canvas.width = across;
    this.canvas.height = down;
    this.context = this.canvas.getContext('2d', { willReadFrequently: true })!;
    this.image = new ImageData(across, down);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }
  show(box?: PixelBox): void {
    if (!box) this.context.putImageData(this.image, 0, 0);
    else
      this.context.putImageData(this.image, 0, 0, box.a0, box.d0, box.a1 - box.a0 + 1, box.d1 - box.d0 + 1);
  }
}

export class SlicePainter {
  private readonly grid: Grid;
  private readonly plane: Plane;
  private readonly grey: Sheet;
  private readonly colour: Sheet;
  private readonly tables = new WindowTable();
  private readonly whole: PixelBox;
  private readonly edges: LabelEdges;
  /** The labels of the slice that show. */
  private readonly kept: Uint8Array;
  /** Of a slab, made when one is first looked at. */
  private numbers: Float32Array | null = null;
  private overlaySlice = -1;
  private overlayPalette: Uint32Array | null = null;
  private dirty: PixelBox | null = null;

  constructor(grid: Grid, plane: Plane) {
    this.grid = grid;
    this.plane = plane;
    const walk = walkOf(grid, plane, 0);
    this.grey = new Sheet(walk.across, walk.down);
    this.colour = new Sheet(walk.across, walk.down);
    this.edges = new LabelEdges(walk.across, walk.down);
    this.kept = new Uint8Array(walk.across * walk.down);
    this.whole = { a0: 0, d0: 0, a1: walk.across - 1, d1: walk.down - 1 };
  }

  paintImage(
    screen: HTMLCanvasElement,
    voxels: VoxelArray,
    slice: number,
    window: { width: number; level: number },
    placement: Placement,
    smooth: boolean,
    slab: Slab = { mode: 'off', mm: 0 },
    fused: FusedLayer | null = null,
  ): void {
    const walk = walkOf(this.grid, this.plane, slice);
    if (slab.mode === 'off') {
      drawSlice(voxels, walk, window, this.tables, this.grey.pixels);
    } else {
      this.numbers ??= new Float32Array(walk.across * walk.down);
      const range = slabRange(this.grid, this.plane, slice, slab.mm);
      projectSlab(voxels, this.grid, this.plane, range, slab.mode, this.numbers);
      drawNumbers(this.numbers, window, this.grey.pixels);
    }
    if (fused) {
      if (fused.opacity >= 1) this.grey.pixels.fill(0xff000000);
      const there = fusedWalk(this.grid, this.plane, slice, fused.grid);
      mixIn(fused, there, walk.across, walk.down, this.grey.pixels);
    }
    this.grey.show();
    this.scaleOnto(screen, this.grey.canvas, walk, placement, smooth);
  }

  /** Says that labels changed inside `box`; true when that touches `slice` of this view. */
  labelsChanged(box: Box, slice: number): boolean {
    const { through, across, down, upward } = PLANE_AXES[this.plane];
    if (slice < box.low[through] || slice > box.high[through]) return false;
    const rows = this.grid.shape[down];
    const top = upward ? rows - 1 - box.high[down] : box.low[down];
    const bottom = upward ? rows - 1 - box.low[down] : box.high[down];
    const now = { a0: box.low[across], d0: top, a1: box.high[across], d1: bottom };
    this.dirty = this.dirty ? union(this.dirty, now) : now;
    return true;
  }

  paintOverlay(
    screen: HTMLCanvasElement,
    labels: Uint8Array,
    slice: number,
    style: OverlayStyle,
    placement: Placement,
  ): void {
    const walk = walkOf(this.grid, this.plane, slice);
    if (slice !== this.overlaySlice || style.palette !== this.overlayPalette) {
      this.dirty = this.whole;
      this.overlaySlice = slice;
      this.overlayPalette = style.palette;
    }
    if (this.dirty) {
      const { palette, keep } = style;
      const { pixels } = this.colour;
      const { changes } = style;
      const bounds = changes
        ? drawChanges(
            labels,
            changes.before,
            changes.label,
            walk,
            palette,
            keep,
            pixels,
            this.kept,
            this.dirty,
          )
        : drawLabels(labels, walk, palette, keep, pixels, this.kept, this.dirty);
      this.colour.show(this.dirty);
      this.edges.update(this.kept, this.dirty, this.dirty === this.whole ? bounds : this.whole);
      this.dirty = null;
    }
    this.scaleOnto(screen, this.colour.canvas, walk, placement, false);
    if (style.outline) this.strokeEdges(screen, style, placement);
  }

  /**
   * Paints a lens of `radius` CSS pixels around a point of the view, `factor` times as large as the view itself. What
   * the picture and the overlay showed last is what it shows.
   */
  paintLens(
    screen: HTMLCanvasElement,
    at: { x: number; y: number },
    radius: number,
    factor: number,
    placement: Placement,
    smooth: boolean,
  ): void {
    const context = screen.getContext('2d')!;
    const ratio = pixelRatioOf(screen);
    const { canvas: picture } = this.grey;
    const { left, top, pixelA, pixelD } = placement;
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.beginPath();
    context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
    context.fillStyle = '#000';
    context.fill();
    context.clip();
    context.translate(at.x, at.y);
    context.scale(factor, factor);
    context.translate(-at.x, -at.y);
    context.imageSmoothingEnabled = smooth;
    context.drawImage(picture, left, top, picture.width * pixelA, picture.height * pixelD);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.colour.canvas, left, top, picture.width * pixelA, picture.height * pixelD);
    context.restore();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.beginPath();
    context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
    context.lineWidth = 1.5;
    context.strokeStyle = '#9aa4b1';
    context.stroke();
  }

  private scaleOnto(
    screen: HTMLCanvasElement,
    picture: HTMLCanvasElement,
    walk: Walk,
    placement: Placement,
    smooth: boolean,
  ): void {
    const context = screen.getContext('2d')!;
    const ratio = pixelRatioOf(screen);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, screen.width / ratio, screen.height / ratio);
    context.imageSmoothingEnabled = smooth;
    context.imageSmoothingQuality = 'low';
    const { left, top, pixelA, pixelD } = placement;
    context.drawImage(picture, left, top, walk.across * pixelA, walk.down * pixelD);
  }

  private strokeEdges(screen: HTMLCanvasElement, style: OverlayStyle, placement: Placement): void {
    const context = screen.getContext('2d')!;
    const { left, top, pixelA, pixelD } = placement;
    context.lineWidth = 1.5;
    context.lineCap = 'square';
    const paths = new Map<number, Path2D>();
    this.edges.forEach((label, a0, d0, a1, d1) => {
      let path = paths.get(label);
      if (!path) paths.set(label, (path = new Path2D()));
      path.moveTo(left + a0 * pixelA, top + d0 * pixelD);
      path.lineTo(left + a1 * pixelA, top + d1 * pixelD);
    });
    for (const [label, path] of paths) {
      context.strokeStyle = style.colours[label] ?? '#ffffff';
      context.stroke(path);
    }
  }
}

function union(a: PixelBox, b: PixelBox): PixelBox {
  return {
    a0: Math.min(a.a0, b.a0),
    d0: Math.min(a.d0, b.d0),
    a1: Math.max(a.a1, b.a1),
    d1: Math.max(a.d1, b.d1),
  };
}

/** Device pixels a CSS pixel, as the canvas was last sized. */
export function pixelRatioOf(canvas: HTMLCanvasElement): number {
  return canvas.width / Math.max(1, Number(canvas.dataset['cssWidth']));
}

/** Sizes a canvas for the screen's true pixels; true when that changed it. */
export function fitCanvas(canvas: HTMLCanvasElement, width: number, height: number): boolean {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width === w && canvas.height === h && canvas.dataset['cssWidth'] === String(width)) return false;
  canvas.dataset['cssWidth'] = String(width);
  canvas.width = w;
  canvas.height = h;
  return true;
}
