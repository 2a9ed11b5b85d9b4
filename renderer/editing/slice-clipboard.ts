// Cutting, copying and pasting the active structure between slices of one plane, and taking it from a neighbour.
import type { EditorState } from './editor-state.svelte.ts';
import type { Axis } from './operations/block.ts';
import { editSlice, walkSlice, type Slice } from './slice-edit.ts';
import type { Outcome } from './structure-operations.ts';

/** A structure's voxels in one slice, for slices across the same axis of the same volume. */
export interface SliceCopy {
  axis: Axis;
  /** 1 where the structure is, the faster axis first. */
  mask: Uint8Array;
  across: number;
}

export function copySlice(editor: EditorState, slice: Slice): SliceCopy | null {
  const { volume, activeLabel } = editor;
  const { start, stepA, stepB, across, down } = walkSlice(volume.shape, slice);
  const mask = new Uint8Array(across * down);
  let any = false;
  for (let b = 0, n = 0; b < down; b++) {
    for (let a = 0, at = start + b * stepB; a < across; a++, n++, at += stepA) {
      if (volume.labels[at] !== activeLabel) continue;
      mask[n] = 1;
      any = true;
    }
  }
  return any ? { axis: slice.axis, mask, across } : null;
}

/** Takes the structure out of a slice: one step. */
export function clearSlice(editor: EditorState, slice: Slice): Outcome {
  return editSlice(editor, slice, 'Cut slice', () => 'erase');
}

/** Adds a copy to a slice. */
export function pasteSlice(editor: EditorState, slice: Slice, copy: SliceCopy): Outcome {
  if (copy.axis !== slice.axis) {
    return { voxels: 0, sentence: 'What was copied is from another plane. Make that view the active one.' };
  }
  return editSlice(editor, slice, 'Paste slice', (a, b) =>
    copy.mask[a + copy.across * b] === 1 ? 'paint' : null,
  );
}

/** The structure in this slice becomes what it is in the slice one step away. */
export function copyFromNeighbour(editor: EditorState, slice: Slice, step: 1 | -1): Outcome {
  const index = slice.index + step;
  if (index < 0 || index >= editor.grid.shape[slice.axis]) {
    return { voxels: 0, sentence: 'There is no slice on that side.' };
  }
  const copy = copySlice(editor, { axis: slice.axis, index });
  if (!copy) return { voxels: 0, sentence: `Nothing of ${editor.active?.name ?? 'it'} is in that slice.` };
  return editSlice(editor, slice, 'Copy from neighbour slice', (a, b) =>
    copy.mask[a + copy.across * b] === 1 ? 'paint' : 'erase',
  );
}
