// A closed line drawn in one slice: corners by clicks (polygon), or freehand while the button is down (lasso, scissors).
import type { Triple } from '../../../electron/contract/geometry.ts';
import { halfThickness, planeOffset, type DrawingPlane } from '../drawing-plane.ts';
import type { EditorState } from '../editor-state.svelte.ts';
import { inPlane, type Axis } from '../operations/block.ts';
import { polygonRuns, type Point } from '../operations/polygon.ts';
import { NO_PREVIEW } from '../preview.ts';
import { editSlice, walkSlice } from '../slice-edit.ts';
import { carryOut, type Outcome } from '../structure-operations.ts';
import type { ObliqueCut, StraightCut } from '../operations/scissors.ts';
import { closeOblique, cornersOn } from './oblique-outline.ts';
import { sliceAt, type Gesture, type Place } from './gesture.ts';

/** Clicks this near to the first corner close the line, CSS pixels. */
export const GRIP_PX = 9;
const DOUBLE_CLICK_MS = 350;
/** A line lies in one slice: what was clicked is not thrown away for a click elsewhere. */
export const FINISH_FIRST = 'Finish the line on its own slice first (Enter), or take it back (Escape).';

/** Distance within the slice, voxels. */
export function apart(a: Readonly<Triple>, b: Readonly<Triple>): number {
  return Math.hypot(...a.map((v, axis) => v - b[axis]));
}

/** Fills (or erases) what a closed line goes around in its slice, as one step. */
export function closeOutline(
  editor: EditorState,
  name: string,
  points: readonly Readonly<Triple>[],
  axis: Axis,
  began: number,
): Outcome {
  const [a, b] = inPlane(axis);
  const slice = { axis, index: Math.round(points[0][axis]) };
  const { across, down } = walkSlice(editor.grid.shape, slice);
  const inside = new Uint8Array(across * down);
  polygonRuns(
    points.map((v): Point => [v[a], v[b]]),
    across,
    down,
    (a0, a1, row) => inside.fill(1, row * across + a0, row * across + a1 + 1),
  );
  const erases = outlineErases(editor);
  const wish = erases ? 'erase' : 'paint';
  const step = erases ? `${name}, erasing` : name;
  return editSlice(editor, slice, step, (x, y) => (inside[x + across * y] === 1 ? wish : null), began);
}

export function outlineErases(editor: EditorState): boolean {
  return (editor.settings.outline === 'erase') !== editor.inverted;
}

export abstract class Outline implements Gesture {
  protected readonly editor: EditorState;
  protected points: Triple[] = [];
  protected axis: Axis = 2;
  protected plane: DrawingPlane | null = null;
  protected began = 0;

  constructor(editor: EditorState) {
    this.editor = editor;
  }
  abstract press(place: Place): string | null;
  abstract drag(place: Place): void;
  abstract release(): void;
  get pending(): boolean {
    return this.points.length > 0;
  }

  /** A point in the line's own slice: continuous in the plane, whole across it. */
  protected inSlice({ at }: Place): Triple {
    const point: Triple = [...at];
    if (this.plane) return point;
    point[this.axis] = Math.round(at[this.axis]);
    return point;
  }
  protected start(place: Place): string | null {
    const refusal = this.editor.refusal();
    if (refusal) return refusal;
    this.axis = place.axis;
    this.plane = place.plane ?? null;
    this.began = performance.now();
    this.points = [this.inSlice(place)];
    return null;
  }
  protected show(to: Triple | null, corners: readonly Triple[]): void {
    const { points } = this;
    if (points.length === 0) this.editor.preview = NO_PREVIEW;
    else this.showAs(to ? [...points, to] : points, corners);
  }
  /** A line, and dashed what would close it. */
  protected showAs(line: readonly Triple[], corners: readonly Triple[]): void {
    const seat = this.plane
      ? { plane: this.plane }
      : { slice: { axis: this.axis, index: line[0][this.axis] } };
    this.editor.preview = {
      ...NO_PREVIEW,
      ...seat,
      lines: [
        { points: line, closed: false },
        { points: [line[line.length - 1], line[0]], closed: false, dashed: true },
      ],
      corners,
      erasing: this.erases(),
    };
  }
  protected erases(): boolean {
    return outlineErases(this.editor);
  }
  /** Whether a place lies where the line is being drawn. */
  protected here(place: Place): boolean {
    const { points, plane, axis, editor } = this;
    if (!plane) return !place.plane && place.axis === axis && sliceAt(place) === points[0][axis];
    if (!place.plane) return false;
    const turned = place.plane.normal.some((v, n) => Math.abs(v - plane.normal[n]) > 1e-6);
    const { away } = planeOffset(editor.grid, plane, points[0], place.at);
    return !turned && Math.abs(away) < halfThickness(editor.grid, plane);
  }
  protected close(name: string, points: readonly Triple[]): void {
    const { editor, axis, plane, began } = this;
    this.tell(
      plane
        ? closeOblique(editor, name, points, plane, this.erases(), began)
        : closeOutline(editor, name, points, axis, began),
    );
  }
  cancel(): boolean {
    const was = this.points.length > 0;
    this.points = [];
    if (was) this.editor.preview = NO_PREVIEW;
    return was;
  }
  protected tell({ sentence }: Outcome): void {
    if (sentence) this.editor.say(sentence);
  }
}

export class PolygonGesture extends Outline {
  private lastPress = 0;

  press(place: Place): string | null {
    const { points } = this;
    if (points.length > 0 && !this.here(place)) return FINISH_FIRST;
    if (this.points.length === 0) {
      const refusal = this.start(place);
      if (refusal) return refusal;
    } else {
      const at = this.inSlice(place);
      const grip = GRIP_PX * place.voxelsPerPixel;
      const again = performance.now() - this.lastPress < DOUBLE_CLICK_MS && apart(at, points.at(-1)!) <= grip;
      if (again || (points.length > 2 && apart(at, points[0]) <= grip)) {
        this.confirm();
        return null;
      }
      points.push(at);
    }
    this.lastPress = performance.now();
    this.show(null, this.points);
    return null;
  }
  /** The corner just set follows the hand until the button goes up. */
  drag(place: Place): void {
    if (this.points.length === 0) return;
    this.points[this.points.length - 1] = this.inSlice(place);
    this.show(null, this.points);
  }
  release(): void {}
  hover(place: Place | null): void {
    if (this.points.length === 0) return;
    this.show(place && this.here(place) ? this.inSlice(place) : null, this.points);
  }
  confirm(): boolean {
    const { editor, points } = this;
    if (points.length === 0) return false;
    this.cancel();
    if (points.length < 3) editor.say('A polygon needs three corners.');
    else this.close('Polygon', points);
    editor.settledGesture();
    return true;
  }
  back(): boolean {
    if (this.points.length === 0) return false;
    this.points.pop();
    this.show(null, this.points);
    return true;
  }
}

export class LassoGesture extends Outline {
  press(place: Place): string | null {
    return this.start(place);
  }
  drag(place: Place): void {
    const at = this.inSlice(place);
    if (this.points.length === 0 || apart(at, this.points.at(-1)!) < 0.1) return;
    this.points.push(at);
    this.show(null, []);
  }
  release(): void {
    const { points } = this;
    this.cancel();
    if (points.length < 3) return;
    this.close('Lasso', points);
  }
}

export class ScissorsGesture extends LassoGesture {
  protected override erases(): boolean {
    return this.editor.settings.scissors !== 'fill-inside';
  }
  override release(): void {
    const { points, plane, editor, began } = this;
    this.cancel();
    if (points.length < 3) return;
    const { slabMm, scissors: how } = editor.settings;
    const cut = plane ? this.alongNormal(points, plane, slabMm) : this.throughSlices(points, slabMm);
    const operation = { kind: 'scissors' as const, label: editor.activeLabel, cut, how };
    carryOut(editor, { name: plane ? 'Scissors, oblique' : 'Scissors', operation, began }).then(
      (outcome) => this.tell(outcome),
      (error: unknown) => editor.say(error instanceof Error ? error.message : String(error)),
    );
  }
  private throughSlices(points: readonly Triple[], slabMm: number | null): StraightCut {
    const { editor, axis } = this;
    const [a, b] = inPlane(axis);
    const middle = points[0][axis];
    const half = slabMm === null ? Infinity : Math.floor(slabMm / 2 / editor.grid.spacing[axis] + 1e-6);
    const last = editor.grid.shape[axis] - 1;
    return {
      axis,
      points: points.map((v): Point => [v[a], v[b]]),
      slices: [Math.max(0, middle - half), Math.min(last, middle + half)],
    };
  }
  private alongNormal(points: readonly Triple[], plane: DrawingPlane, slabMm: number | null): ObliqueCut {
    const reachMm = slabMm === null ? null : slabMm / 2;
    return { plane, at: points[0], points: cornersOn(this.editor, plane, points), reachMm };
  }
}
