// A closed line drawn on a plane at any angle.
import type { Triple } from '../../../electron/contract/geometry.ts';
import { boxOnPlane, planeOffset, visitPlane, type DrawingPlane } from '../drawing-plane.ts';
import type { EditorState } from '../editor-state.svelte.ts';
import { editVoxels } from '../slice-edit.ts';
import type { Outcome } from '../structure-operations.ts';

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
  const corners = points.map((point) => planeOffset(grid, plane, points[0], point));
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
  const bounds = { x0: Math.min(...xs), x1: Math.max(...xs), y0: Math.min(...ys), y1: Math.max(...ys) };
  const box = boxOnPlane(grid, plane, points[0], bounds);
  if (!box) return { voxels: 0, sentence: 'The line lies outside the picture.' };
  const step = `${name}${erases ? ', erasing' : ''}, oblique`;
  return editVoxels(
    editor,
    box,
    step,
    (ask) =>
      visitPlane(grid, plane, points[0], bounds, enclosedBy(corners), (start, length) => {
        for (let at = start; at < start + length; at++) ask(at, erases ? 'erase' : 'paint');
      }),
    began,
  );
}

/** Whether a place is inside a closed line, by how often a ray to the right crosses it. */
function enclosedBy(corners: readonly { x: number; y: number }[]): (x: number, y: number) => boolean {
  return (x, y) => {
    let inside = false;
    for (let n = 0, before = corners.length - 1; n < corners.length; before = n++) {
      const [a, b] = [corners[n], corners[before]];
      if (a.y > y !== b.y > y && x < a.x + ((b.x - a.x) * (y - a.y)) / (b.y - a.y)) inside = !inside;
    }
    return inside;
  };
}
