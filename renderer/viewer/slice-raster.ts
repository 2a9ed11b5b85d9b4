// Slices into pixels: grey values through a window, labels through a palette.
import type { Grid } from '../../electron/contract/geometry.ts';
import { PLANE_AXES, type Plane } from './slice-geometry.ts';
import type { VoxelArray } from './volume-data.ts';

const OPAQUE = 0xff000000;

/** How to walk a slice: index = start + a·stepA + d·stepD, with d from the top of the screen. */
export interface Walk {
  start: number;
  stepA: number;
  stepD: number;
  across: number;
  down: number;
}

export function walkOf(grid: Pick<Grid, 'shape'>, plane: Plane, slice: number): Walk {
  const { through, across, down, upward } = PLANE_AXES[plane];
  const strides = [1, grid.shape[0], grid.shape[0] * grid.shape[1]];
  const rows = grid.shape[down];
  return {
    start: slice * strides[through] + (upward ? (rows - 1) * strides[down] : 0),
    stepA: strides[across],
    stepD: upward ? -strides[down] : strides[down],
    across: grid.shape[across],
    down: rows,
  };
}

/** Grey of every integer value of the type: one look-up a pixel instead of arithmetic. */
export class WindowTable {
  private readonly table = new Uint32Array(65536);
  private key = '';

  /** `offset` is what to add to a value to index the table. */
  for(voxels: VoxelArray, width: number, level: number): { table: Uint32Array; offset: number } {
    const offset = voxels instanceof Int16Array ? 32768 : 0;
    const key = `${offset}/${width}/${level}`;
    if (key !== this.key) {
      this.key = key;
      const { low, scale } = ramp(width, level);
      const size = voxels instanceof Uint8Array ? 256 : 65536;
      for (let n = 0; n < size; n++) this.table[n] = grey((n - offset - low) * scale);
    }
    return { table: this.table, offset };
  }
}

function ramp(width: number, level: number): { low: number; scale: number } {
  const safe = Math.max(width, 1e-6);
  return { low: level - safe / 2, scale: 255 / safe };
}

function grey(value: number): number {
  const g = value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value);
  return (OPAQUE | (g << 16) | (g << 8) | g) >>> 0;
}

/** Fills `pixels` (RGBA as little-endian words) with a slice seen through a window. Values that are no numbers are black. */
export function drawSlice(
  voxels: VoxelArray,
  walk: Walk,
  window: { width: number; level: number },
  tables: WindowTable,
  pixels: Uint32Array,
): void {
  const { start, stepA, stepD, across, down } = walk;
  if (voxels instanceof Float32Array) {
    const { low, scale } = ramp(window.width, window.level);
    for (let d = 0, n = 0; d < down; d++) {
      for (let a = 0, v = start + d * stepD; a < across; a++, v += stepA, n++) {
        const value = voxels[v];
        pixels[n] = value === value ? grey((value - low) * scale) : OPAQUE;
      }
    }
    return;
  }
  const { table, offset } = tables.for(voxels, window.width, window.level);
  for (let d = 0, n = 0; d < down; d++) {
    for (let a = 0, v = start + d * stepD; a < across; a++, v += stepA, n++)
      pixels[n] = table[voxels[v] + offset];
  }
}

/** Fills `pixels` with numbers that were worked out already (a slab), seen through a window. */
export function drawNumbers(
  numbers: Float32Array,
  window: { width: number; level: number },
  pixels: Uint32Array,
): void {
  const { low, scale } = ramp(window.width, window.level);
  for (let n = 0; n < numbers.length; n++) {
    const value = numbers[n];
    pixels[n] = value === value ? grey((value - low) * scale) : OPAQUE;
  }
}

export interface PixelBox {
  a0: number;
  d0: number;
  a1: number;
  d1: number;
}

/**
 * Fills `pixels` with the labels' colours inside `box` (inclusive), and `kept` with the labels themselves, one slice close
 * together: the volume's own memory is far apart in two of three planes and read only once. `palette[label]` is RGBA as
 * a word, `keep[label]` the label or 0. Returns the bounds of what was kept inside the box, or null.
 */
export function drawLabels(
  labels: Uint8Array,
  walk: Walk,
  palette: Uint32Array,
  keep: Uint8Array,
  pixels: Uint32Array,
  kept: Uint8Array,
  box: PixelBox,
): PixelBox | null {
  const { start, stepA, stepD, across } = walk;
  let [a0, d0, a1, d1] = [across, -1, -1, -1];
  for (let d = box.d0; d <= box.d1; d++) {
    let n = d * across + box.a0;
    let v = start + d * stepD + box.a0 * stepA;
    let any = false;
    for (let a = box.a0; a <= box.a1; a++, n++, v += stepA) {
      const label = labels[v];
      pixels[n] = palette[label];
      if ((kept[n] = keep[label]) === 0) continue;
      any = true;
      if (a < a0) a0 = a;
      if (a > a1) a1 = a;
    }
    if (!any) continue;
    if (d0 < 0) d0 = d;
    d1 = d;
  }
  return d0 < 0 ? null : { a0, d0, a1, d1 };
}

/** What a voxel is in a comparison of one structure with an earlier mask. */
export const ADDED = 1;
export const REMOVED = 2;
export const KEPT = 3;

/**
 * As `drawLabels`, for what became of structure `label` since the mask `before`: `palette` and `keep` are read at ADDED,
 * REMOVED and KEPT, and `kept` gets those.
 */
export function drawChanges(
  labels: Uint8Array,
  before: Uint8Array,
  label: number,
  walk: Walk,
  palette: Uint32Array,
  keep: Uint8Array,
  pixels: Uint32Array,
  kept: Uint8Array,
  box: PixelBox,
): PixelBox | null {
  const { start, stepA, stepD, across } = walk;
  let [a0, d0, a1, d1] = [across, -1, -1, -1];
  for (let d = box.d0; d <= box.d1; d++) {
    let n = d * across + box.a0;
    let v = start + d * stepD + box.a0 * stepA;
    let any = false;
    for (let a = box.a0; a <= box.a1; a++, n++, v += stepA) {
      const what = (labels[v] === label ? ADDED : 0) + (before[v] === label ? REMOVED : 0);
      pixels[n] = palette[what];
      if ((kept[n] = keep[what]) === 0) continue;
      any = true;
      if (a < a0) a0 = a;
      if (a > a1) a1 = a;
    }
    if (!any) continue;
    if (d0 < 0) d0 = d;
    d1 = d;
  }
  return d0 < 0 ? null : { a0, d0, a1, d1 };
}

/** `#rrggbb` and an opacity 0…1 as an RGBA word. */
export function colourWord(colour: string, opacity: number): number {
  const rgb = Number.parseInt(colour.slice(1), 16);
  const [r, g, b] = [(rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255];
  return (((Math.round(opacity * 255) & 255) << 24) | (b << 16) | (g << 8) | r) >>> 0;
}
