// What the tools' buttons and keys do: each asks for one operation on the active structure and says what came of it.
import type { Triple } from '../../../electron/contract/geometry.ts';
import { voxelVolumeMl } from '../../../electron/contract/geometry.ts';
import { inPlane, type Axis } from '../../editing/operations/block.ts';
import { sliceOfBox, type Operation } from '../../editing/operations/operation.ts';
import {
  clearSlice,
  copyFromNeighbour,
  copySlice,
  pasteSlice,
  type SliceCopy,
} from '../../editing/slice-clipboard.ts';
import type { Slice } from '../../editing/slice-edit.ts';
import { carryOut, type Outcome, type Request } from '../../editing/structure-operations.ts';
import { PLANE_AXES } from '../../viewer/slice-geometry.ts';
import type { ReadingRoom } from '../room.svelte.ts';

/** The slice that the active view shows. */
export function sliceNow({ view }: ReadingRoom): Slice {
  return { axis: PLANE_AXES[view.active].through, index: view.sliceOf(view.active) };
}

async function perform(room: ReadingRoom, request: Request): Promise<Outcome> {
  const outcome = await carryOut(room.editor, request);
  tell(room, outcome);
  return outcome;
}
function tell({ editor }: ReadingRoom, { sentence }: Outcome): void {
  if (sentence) editor.say(sentence);
}

const nameOf = ({ editor }: ReadingRoom) => editor.active?.name ?? 'The structure';

export function fillHoles(room: ReadingRoom, how = room.editor.settings.holes): Promise<unknown> {
  const { axis, index } = sliceNow(room);
  const operation: Operation = {
    kind: 'fill-holes',
    label: room.editor.activeLabel,
    axis: how === 'space' ? null : axis,
  };
  const otherwise = `${nameOf(room)} has no empty holes there.`;
  if (how === 'slice') {
    const within = (box: Parameters<typeof sliceOfBox>[0]) => sliceOfBox(box, axis, index);
    return perform(room, { name: 'Fill holes in slice', operation, within, otherwise });
  }
  return perform(room, {
    name: how === 'slices' ? 'Fill holes in slices' : 'Fill holes',
    operation,
    otherwise,
  });
}

export function keepLargestIsland(room: ReadingRoom): Promise<unknown> {
  const { activeLabel: label } = room.editor;
  return perform(room, {
    name: 'Keep largest island',
    operation: { kind: 'islands', label, rule: { keep: 'largest' } },
    otherwise: `${nameOf(room)} is one piece already.`,
  });
}

export function removeSmallIslands(room: ReadingRoom): Promise<unknown> {
  const { activeLabel: label, settings, grid } = room.editor;
  const voxels = Math.max(1, Math.ceil(settings.islandMl / voxelVolumeMl(grid) - 1e-9));
  return perform(room, {
    name: 'Remove small islands',
    operation: { kind: 'islands', label, rule: { keep: 'at-least', voxels } },
    otherwise: `No island of ${nameOf(room)} is smaller than ${settings.islandMl} mL.`,
  });
}

export function applyMargin(room: ReadingRoom, how = room.editor.settings.margin): Promise<unknown> {
  const { activeLabel: label, settings } = room.editor;
  const { marginMm: mm, wall } = settings;
  const voxel = Math.min(...room.editor.grid.spacing);
  if (mm < voxel) {
    room.editor.say(`${mm} mm is less than one voxel (${voxel.toFixed(2)} mm): nothing would change.`);
    return Promise.resolve();
  }
  const change = how === 'hollow' ? { do: how, mm, wall } : { do: how, mm };
  const name = { grow: 'Grow', shrink: 'Shrink', hollow: 'Hollow' }[how];
  return perform(room, { name: `${name} by ${mm} mm`, operation: { kind: 'margin', label, change } });
}

export function smoothStructures(room: ReadingRoom): Promise<unknown> {
  const { activeLabel, settings, structures } = room.editor;
  const labels = settings.smoothAll
    ? structures.filter(({ locked, voxels }) => !locked && voxels > 0).map(({ label }) => label)
    : [activeLabel];
  const axis = settings.smoothIn === 'slices' ? sliceNow(room).axis : null;
  const name = labels.length > 1 ? `Smooth ${labels.length} structures` : 'Smooth';
  return perform(room, {
    name,
    operation: { kind: 'smooth', labels, radiusMm: settings.smoothMm, axis },
  });
}

const COMBINATION_NAMES = {
  add: 'Add structure',
  subtract: 'Subtract structure',
  intersect: 'Intersect with structure',
  exclusive: 'Either structure, not both',
  swap: 'Swap structures',
};

export function combineStructures(
  room: ReadingRoom,
  how = room.editor.settings.combination,
): Promise<unknown> {
  const { activeLabel: label, settings, structures } = room.editor;
  const other = structures.find((structure) => structure.label === settings.otherLabel);
  if (!other || other.label === label) {
    room.editor.say('Choose another structure to combine with.');
    return Promise.resolve();
  }
  const marginMm = how === 'swap' ? 0 : settings.combineMm;
  const operation: Operation = { kind: 'combine', label, other: other.label, how, marginMm };
  return perform(room, { name: COMBINATION_NAMES[how], operation });
}

/** Moves the structure by one voxel to the right (+across) and down (+down) on the active view's screen. */
export function moveStructure(room: ReadingRoom, across: number, down: number): Promise<unknown> {
  const axes = PLANE_AXES[room.view.active];
  const by: Triple = [0, 0, 0];
  by[axes.across] = across;
  by[axes.down] = axes.upward ? -down : down;
  return moveBy(room, by);
}
/** Moves the structure through the slices of the active view. */
export function moveThroughSlices(room: ReadingRoom, step: 1 | -1): Promise<unknown> {
  const by: Triple = [0, 0, 0];
  by[PLANE_AXES[room.view.active].through] = step;
  return moveBy(room, by);
}
function moveBy(room: ReadingRoom, by: Triple): Promise<unknown> {
  const { activeLabel: label } = room.editor;
  return perform(room, { name: 'Move structure', operation: { kind: 'translate', label, by } });
}

export function applyThreshold(room: ReadingRoom): Promise<unknown> {
  const { activeLabel: label, settings } = room.editor;
  const { low, high, thresholdHow: how } = settings;
  return perform(room, { name: 'Threshold', operation: { kind: 'threshold', label, low, high, how } });
}

/** Fills gaps between the drawn slices of the active view: all, or the one that is shown. */
export function interpolateSlices(room: ReadingRoom, which: 'all' | 'here' = 'all'): Promise<unknown> {
  const { activeLabel: label } = room.editor;
  const { axis, index } = sliceNow(room);
  const operation: Operation = { kind: 'interpolate', label, axis, only: which === 'here' ? index : null };
  const otherwise =
    which === 'here'
      ? 'This slice lies in no gap between drawn slices.'
      : `${nameOf(room)} has no gap between drawn slices in the active view.`;
  return perform(room, { name: 'Interpolate slices', operation, otherwise });
}

/** What was cut or copied last, for the room it was in: another case has another grid. */
let clipboard: { room: ReadingRoom; copy: SliceCopy } | null = null;

export function copyThisSlice(room: ReadingRoom): boolean {
  const copy = copySlice(room.editor, sliceNow(room));
  if (copy) clipboard = { room, copy };
  else room.editor.say(`Nothing of ${room.editor.active?.name ?? 'it'} is in this slice.`);
  return copy !== null;
}
export function cutThisSlice(room: ReadingRoom): void {
  if (copyThisSlice(room)) tell(room, clearSlice(room.editor, sliceNow(room)));
}
export function pasteIntoSlice(room: ReadingRoom): void {
  if (clipboard?.room !== room) room.editor.say('Nothing was cut or copied in this case yet.');
  else tell(room, pasteSlice(room.editor, sliceNow(room), clipboard.copy));
}
export function copyFromSlice(room: ReadingRoom, step: 1 | -1): void {
  tell(room, copyFromNeighbour(room.editor, sliceNow(room), step));
}

/** Enter: ends the gesture that waits, or carries the tool out. */
export function applyTool(room: ReadingRoom): unknown {
  if (room.editor.confirm()) return undefined;
  return APPLY[room.editor.tool]?.(room);
}

/** Tools that Enter carries out. */
const APPLY: Partial<Record<ReadingRoom['editor']['tool'], (room: ReadingRoom) => unknown>> = {
  threshold: applyThreshold,
  interpolate: (room) => interpolateSlices(room),
  holes: (room) => fillHoles(room),
  islands: keepLargestIsland,
  margin: (room) => applyMargin(room),
  smooth: smoothStructures,
  combine: (room) => combineStructures(room),
};

export function canApply({ editor }: ReadingRoom): boolean {
  return editor.pending || (editor.editable && editor.tool in APPLY);
}

/** The screen's two axes of the active view and the one through it, for words in the panel. */
export function axesNow(room: ReadingRoom): { through: Axis; inSlice: [Axis, Axis] } {
  const { axis } = sliceNow(room);
  return { through: axis, inSlice: inPlane(axis) };
}
