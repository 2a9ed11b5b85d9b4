// What a flood fill works on: one slice, or the voxels that a plane at any angle passes through.
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { DrawingPlane } from '../drawing-plane.ts';
import type { EditorState } from '../editor-state.svelte.ts';
import type { ImageSource } from '../image-source.ts';
import type { Box } from '../label-volume.ts';
import { cut, inPlane, sizeOf, widen, type Axis, type Values } from '../operations/block.ts';
import { toleranceMap, type GrowthTask } from '../operations/tolerance-map.ts';
import { atBorder, boxOfPlaces, placeIn, sheetOf, type PlaneSheet } from '../plane-sheet.ts';
import { boxOfSlice, editVoxels } from '../slice-edit.ts';
import { carryOut, type Outcome } from '../structure-operations.ts';

/** The voxels a flood may reach, in an order of its own. */
export interface FloodGround {
  over: Box | PlaneSheet;
  labels: Uint8Array<ArrayBuffer>;
  values: Values;
  /** Where the start stands in that order, and the median around it: one noisy voxel must not decide. */
  start: number;
  reference: number;
  /** Steps of tolerance a voxel (tolerance-map.ts); takes the task's arrays. A plane has more voxels than a frame has time. */
  grow(task: GrowthTask): Uint16Array<ArrayBuffer> | Promise<Uint16Array<ArrayBuffer>>;
  /** Whether a voxel lies at the end of the picture. */
  isBorder(n: number): boolean;
  /** Carries the fill out as one step. */
  keep(numbers: Uint16Array<ArrayBuffer>, atMost: number, began: number): Promise<Outcome>;
}

const NAME = 'Flood fill';

/** One slice across `axis`. */
export function sliceGround(editor: EditorState, image: ImageSource, at: Triple, axis: Axis): FloodGround {
  const { shape } = editor.grid;
  const box = boxOfSlice(shape, { axis, index: at[axis] });
  const size = sizeOf(box);
  const [a, b] = inPlane(axis);
  return {
    over: box,
    labels: cut(editor.volume.labels, shape, box) as Uint8Array<ArrayBuffer>,
    values: cut(image.voxels, shape, box),
    start: at[a] + size[a] * at[b],
    reference: medianAround(image, shape, at, axis),
    grow: (task) => toleranceMap({ ...task, shape: size }),
    isBorder: (n) => {
      const [x, y] = [n % size[a], Math.floor(n / size[a])];
      return x === 0 || y === 0 || x === size[a] - 1 || y === size[b] - 1;
    },
    keep: (numbers, atMost, began) => {
      const operation = {
        kind: 'area' as const,
        label: editor.activeLabel,
        box,
        numbers,
        atLeast: 0,
        atMost,
      };
      return carryOut(editor, { name: NAME, operation, began });
    },
  };
}

/** A plane through `at`; `start` is the voxel there. */
export function planeGround(
  editor: EditorState,
  image: ImageSource,
  at: Triple,
  start: Triple,
  plane: DrawingPlane,
): FloodGround {
  const sheet = sheetOf(editor.grid, plane, at);
  const { index } = sheet;
  const labels = new Uint8Array(index.length);
  const Kind = image.voxels.constructor as new (length: number) => Values;
  const values = new Kind(index.length);
  for (let p = 0; p < index.length; p++) {
    labels[p] = editor.volume.labels[index[p]];
    values[p] = image.voxels[index[p]];
  }
  return {
    over: sheet,
    labels,
    values,
    start: placeIn(sheet, ...start),
    reference: medianOf(aroundIn(sheet, start).map((p) => values[p])),
    grow: (growth) => {
      const task = { kind: 'flood' as const, sheet, ...growth };
      const transfer = [growth.values.buffer as ArrayBuffer, growth.barrier.buffer as ArrayBuffer];
      return editor.desk.run<Uint16Array<ArrayBuffer>>(NAME, 1, () => ({ task, transfer }));
    },
    isBorder: (p) => atBorder(sheet, p),
    keep: (numbers, atMost, began) => {
      const taken = (p: number) => numbers[p] <= atMost;
      const paint = (ask: (voxel: number, wish: 'paint') => void) => {
        for (let p = 0; p < index.length; p++) if (taken(p)) ask(index[p], 'paint');
      };
      const box = boxOfPlaces(sheet, taken)!;
      return Promise.resolve(editVoxels(editor, box, `${NAME}, oblique`, paint, began));
    },
  };
}

function aroundIn(sheet: PlaneSheet, [i, j, k]: Triple): number[] {
  const places: number[] = [];
  for (const z of [k - 1, k, k + 1])
    for (const y of [j - 1, j, j + 1])
      for (const x of [i - 1, i, i + 1]) places.push(placeIn(sheet, x, y, z));
  return places.filter((p) => p >= 0);
}

/** The median of the 3 × 3 voxels around a place in its slice. */
export function medianAround(image: ImageSource, shape: Readonly<Triple>, at: Triple, axis: Axis): number {
  const around = widen({ low: at, high: at }, [0, 1, 2].map((a) => (a === axis ? 0 : 1)) as Triple, shape);
  return medianOf(Array.from(cut(image.voxels, shape, around), Number));
}

function medianOf(numbers: number[]): number {
  const values = numbers.filter((value) => !Number.isNaN(value)).sort((x, y) => x - y);
  return values[Math.floor(values.length / 2)] ?? 0;
}
