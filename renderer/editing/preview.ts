// What a tool shows over the views before anything is changed: lines, and areas given by numbers between two bounds.
import type { Triple } from '../../electron/contract/geometry.ts';
import type { DrawingPlane } from './drawing-plane.ts';
import type { Box } from './label-volume.ts';
import type { PlaneSheet } from './plane-sheet.ts';
import type { Axis, Values } from './operations/block.ts';

export interface PreviewLine {
  /** Continuous voxels, all in the preview's slice. */
  points: readonly Readonly<Triple>[];
  closed: boolean;
  dashed?: boolean;
}

/** Voxels whose number lies between both bounds, ends included. */
export interface PreviewArea {
  /** Where the numbers are: a box (i fastest), or the voxels that a plane passes through; these show on that plane only. */
  over: Box | PlaneSheet;
  numbers: Values;
  atLeast: number;
  atMost: number;
  /** CSS colour, #rrggbb. */
  colour: string;
  /** Shown only where `open` is 1 for the voxel's label; labels in the same order. */
  guard?: { labels: Uint8Array; open: Uint8Array };
}

export interface Preview {
  /** The slice that lines and corners lie in; null shows them nowhere. */
  slice: { axis: Axis; index: number } | null;
  /** Or the plane, where it lies aslant of the axes. */
  plane: DrawingPlane | null;
  lines: readonly PreviewLine[];
  corners: readonly Readonly<Triple>[];
  areas: readonly PreviewArea[];
  /** True where the gesture takes away. */
  erasing: boolean;
}

export const NO_PREVIEW: Preview = {
  slice: null,
  plane: null,
  lines: [],
  corners: [],
  areas: [],
  erasing: false,
};
