// Changes in one slice, made on the page's thread since they are small: permitted voxels only, one step at the end.
import type { Triple } from '../../electron/contract/geometry.ts';
import type { EditorState } from './editor-state.svelte.ts';
import { arrivedIn, STILL_LOADING } from './image-source.ts';
import type { Box } from './label-volume.ts';
import { inPlane, stridesOf, type Axis } from './operations/block.ts';
import { permissions } from './permissions.ts';
import { keptSentence, type Outcome } from './structure-operations.ts';
import { Stroke } from './stroke.ts';

export interface Slice {
  axis: Axis;
  index: number;
}

/** How a slice lies in memory: voxel (a, b) is at start + a·stepA + b·stepB; a runs along the faster axis. */
export interface SliceWalk {
  start: number;
  stepA: number;
  stepB: number;
  across: number;
  down: number;
}

export function walkSlice(shape: Readonly<Triple>, { axis, index }: Slice): SliceWalk {
  const [a, b] = inPlane(axis);
  const strides = stridesOf(shape);
  return {
    start: index * strides[axis],
    stepA: strides[a],
    stepB: strides[b],
    across: shape[a],
    down: shape[b],
  };
}

export function boxOfSlice(shape: Readonly<Triple>, { axis, index }: Slice): Box {
  const low: Triple = [0, 0, 0];
  const high = shape.map((n) => n - 1) as Triple;
  low[axis] = high[axis] = index;
  return { low, high };
}

/** What the slice's voxel (a, b) is to be: the active structure, nothing of it, or left alone. */
export type Wish = 'paint' | 'erase' | null;

/**
 * Asks `wish` for every voxel of a slice and carries out what is permitted, as one step called `name`. Answers a
 * sentence where nothing could be done.
 */
export function editSlice(
  editor: EditorState,
  slice: Slice,
  name: string,
  wish: (a: number, b: number) => Wish,
  began = performance.now(),
): Outcome {
  const { shape } = editor.volume;
  const { start, stepA, stepB, across, down } = walkSlice(shape, slice);
  const everyVoxel = (ask: (index: number, wanted: Wish) => void) => {
    for (let b = 0; b < down; b++)
      for (let a = 0, at = start + b * stepB; a < across; a++, at += stepA) ask(at, wish(a, b));
  };
  return editVoxels(editor, boxOfSlice(shape, slice), name, everyVoxel, began);
}

/** The same for any voxels of `box`: `walk` asks for each of them, with what it is to be. */
export function editVoxels(
  editor: EditorState,
  box: Box,
  name: string,
  walk: (ask: (index: number, wanted: Wish) => void) => void,
  began = performance.now(),
): Outcome {
  const refusal = editor.refusal();
  if (refusal) return { voxels: 0, sentence: refusal };
  const { volume, image, activeLabel } = editor;
  const rule = editor.rule();
  if (rule.range && (!image || !arrivedIn(image, box))) return { voxels: 0, sentence: STILL_LOADING };
  const painting = permissions(rule, activeLabel, activeLabel);
  const erasing = permissions(rule, activeLabel, 0);
  const stroke = new Stroke(volume);
  let [kept, locked] = [0, 0];
  walk((at, wanted) => {
    const label = volume.labels[at];
    if (wanted === null || (wanted === 'paint' ? label === activeLabel : label !== activeLabel)) return;
    const value = rule.range ? image!.voxels[at] : 0;
    const inRange = rule.range === null || (value >= rule.range.low && value <= rule.range.high);
    if (!inRange || (wanted === 'paint' ? painting : erasing)[label] === 0) {
      kept++;
      if (rule.locked.has(label)) locked++;
    } else stroke.set(at, wanted === 'paint' ? activeLabel : 0);
  });
  const finished = stroke.finish();
  const sentence = keptSentence({ voxels: finished?.voxels ?? 0, kept, locked });
  if (!finished) return { voxels: 0, sentence: sentence ?? 'There is nothing to change.' };
  volume.changed(box);
  editor.journal?.add({
    ...finished,
    tool: name,
    label: activeLabel,
    milliseconds: performance.now() - began,
  });
  return { voxels: finished.voxels, sentence };
}
