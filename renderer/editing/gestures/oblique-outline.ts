// A closed line drawn on a plane at any angle.
import type { Triple } from '../../../electron/contract/geometry.ts';
import { boundsOf, boxOnPlane, planeOffset, visitRows, type DrawingPlane } from '../drawing-plane.ts';
import type { EditorState } from '../editor-state.svelte.ts';
import { lineRuns } from '../operations/line-runs.ts';
import type { Point } from '../operations/polygon.ts';
import { editVoxels } from '../slice-edit.ts';
import type { Outcome } from '../structure-operations.ts';

/** A line's corners as the plane has them: mm to the right of the first one and down from it. */
export function cornersOn(
  { grid }: Pick<EditorState, 'grid'>,
  plane: DrawingPlane,
  points: readonly Readonly<Triple>[],
): Point[] {
  return points.map((point): Point => {
    const { x, y } = planeOffset(grid, plane, points[0], point);
    return [x, y];
  });
}

/**
 * Fills (or erases) what a closed line goes around on a plane that lies aslant, as one step: the voxels that the plane
 * passes through and whose centres, looked at straight down on it, lie inside the line.
 */
export function closeOblique(
  editor: EditorState,
  name: string,
  points: readonly Readonly<Triple>[],
  plane: DrawingPlane,
  erases: boolean,
  began: number,
): Outcome {
  const { grid } = editor;
  const corners = cornersOn(editor, plane, points);
  const bounds = boundsOf(corners);
  const box = boxOnPlane(grid, plane, points[0], bounds);
  if (!box) return { voxels: 0, sentence: 'The line lies outside the picture.' };
  const step = `${name}${erases ? ', erasing' : ''}, oblique`;
  return editVoxels(
    editor,
    box,
    step,
    (ask) =>
      visitRows(grid, plane, points[0], bounds, (row) =>
        lineRuns(corners, row, (first, last) => {
          for (let i = first; i <= last; i++) ask(row.start + i, erases ? 'erase' : 'paint');
        }),
      ),
    began,
  );
}
