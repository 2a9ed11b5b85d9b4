// What a tool does with the hand in a view. Each gesture ends as one step of the journal, or as if it had not been.
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { DrawingPlane } from '../drawing-plane.ts';
import type { Axis } from '../operations/block.ts';

/** A place in a view: the continuous voxel and the axis across the view (across it most nearly, where it lies aslant). */
export interface Place {
  at: Triple;
  axis: Axis;
  /** How many voxels a CSS pixel spans in that view. */
  voxelsPerPixel: number;
  /** The plane of a view that lies aslant. */
  plane?: DrawingPlane;
}

/** The slice a place lies in. */
export function sliceAt({ at, axis }: Pick<Place, 'at' | 'axis'>): number {
  return Math.round(at[axis]);
}

export interface Gesture {
  /** The button went down. Null when the gesture took it, otherwise why not. */
  press(place: Place): string | null;
  /** The pointer moved with the button down. */
  drag(place: Place): void;
  release(): void;
  /** The pointer moved with no button down, or left the view (null). */
  hover?(place: Place | null): void;
  /** Ends a gesture of several clicks; false when there was nothing to end. */
  confirm?(): boolean;
  /** Takes back the last click; false when there was none. */
  back?(): boolean;
  /** Takes everything back; false when nothing was under way. */
  cancel(): boolean;
  /** Something is under way that Enter ends and Escape takes back. */
  readonly pending: boolean;
}
