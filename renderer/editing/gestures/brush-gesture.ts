// Brush, eraser, threshold brush and adaptive brush: a tip swept along the hand's way, one stroke one step.
import type { Triple } from '../../../electron/contract/geometry.ts';
import { sweep, type BrushTip } from '../brush.ts';
import type { EditorState } from '../editor-state.svelte.ts';
import { STILL_LOADING } from '../image-source.ts';
import { unite, type Box } from '../label-volume.ts';
import type { Axis } from '../operations/block.ts';
import { permissions, type ValueRange } from '../permissions.ts';
import { Stroke } from '../stroke.ts';
import type { Gesture, Place } from './gesture.ts';
import { rangeLike } from './likeness.ts';

interface Under {
  stroke: Stroke;
  table: Uint8Array;
  target: number;
  tip: BrushTip;
  range: ValueRange | null;
  last: Triple;
  began: number;
  name: string;
  /** Everything drawn so far lies in it. */
  touched: Box | null;
}

export class BrushGesture implements Gesture {
  readonly pending = false;
  private readonly editor: EditorState;
  private under: Under | null = null;

  constructor(editor: EditorState) {
    this.editor = editor;
  }

  press(place: Place): string | null {
    const { at, axis, plane } = place;
    const { editor } = this;
    const refusal = editor.refusal();
    if (refusal) return refusal;
    const active = editor.active!;
    const target = editor.erasing ? 0 : active.label;
    const range = this.rangeFrom(at, plane ? null : axis);
    if (typeof range === 'string') return range;
    const table = permissions(editor.rule(), active.label, target);
    this.under = {
      stroke: new Stroke(editor.volume),
      table,
      target,
      range,
      tip: editor.tip(axis, plane),
      last: at,
      began: performance.now(),
      name: this.stepName(target) + (plane && editor.settings.mode === '2D' ? ', oblique' : ''),
      touched: null,
    };
    this.drag(place);
    return null;
  }

  /** The values that may change: the editable region's and the tool's own together. Null: all. A sentence: why not. */
  private rangeFrom(at: Triple, axis: Axis | null): ValueRange | null | string {
    const { editor } = this;
    const { settings, image, tool } = editor;
    const ranges: ValueRange[] = [];
    const region = editor.rule().range;
    if (region) ranges.push(region);
    if (tool === 'threshold-brush') ranges.push({ low: settings.low, high: settings.high });
    if (tool === 'adaptive-brush') {
      if (!image) return STILL_LOADING;
      const like = rangeLike(image, editor.grid, at, axis, settings);
      if (!like) return STILL_LOADING;
      ranges.push(like);
    }
    if (ranges.length === 0) return null;
    if (!image || !image.hasSlice(Math.round(at[2]))) return STILL_LOADING;
    return {
      low: Math.max(...ranges.map((range) => range.low)),
      high: Math.min(...ranges.map((range) => range.high)),
    };
  }

  private stepName(target: number): string {
    const { tool, settings } = this.editor;
    const limited =
      tool === 'threshold-brush' ? 'Threshold brush' : tool === 'adaptive-brush' ? 'Adaptive brush' : null;
    if (limited) return target === 0 ? `${limited}, erasing` : limited;
    if (target === 0) return 'Erase';
    return settings.mode === 'sphere' ? 'Sphere brush' : 'Brush';
  }

  drag({ at }: Pick<Place, 'at'>): void {
    const { under, editor } = this;
    if (!under) return;
    const { stroke, table, target, last, range } = under;
    const { pressure } = editor;
    const tip = pressure === 1 ? under.tip : { ...under.tip, radiusMm: under.tip.radiusMm * pressure };
    const { labels } = editor.volume;
    const values = editor.image?.voxels;
    const nxy = editor.grid.shape[0] * editor.grid.shape[1];
    let paint = (start: number, length: number) => {
      for (let index = start; index < start + length; index++) {
        if (table[labels[index]] === 1) stroke.set(index, target);
      }
    };
    if (range && values) {
      const { low, high } = range;
      paint = (start, length) => {
        // A slice that has not arrived has no values to go by.
        if (!editor.image!.hasSlice(Math.floor(start / nxy))) return;
        for (let index = start; index < start + length; index++) {
          const value = values[index];
          if (value >= low && value <= high && table[labels[index]] === 1) stroke.set(index, target);
        }
      };
    }
    // A flat tip may have changed its slice since the last move, and costs little.
    // Under a pen the ball before may have been a smaller one.
    const onward = tip.flatAxis === null && last !== at && pressure === 1;
    const box = sweep(editor.grid, tip, last, at, paint, onward);
    under.last = at;
    if (!box) return;
    under.touched = under.touched ? unite(under.touched, box) : box;
    editor.volume.changed(box);
  }

  release(): void {
    const { under, editor } = this;
    if (!under) return;
    this.under = null;
    const finished = under.stroke.finish();
    editor.recount();
    if (!finished) return;
    editor.journal?.add({
      ...finished,
      tool: under.name,
      label: editor.activeLabel,
      milliseconds: performance.now() - under.began,
    });
  }

  cancel(): boolean {
    const { under, editor } = this;
    if (!under) return false;
    this.under = null;
    under.stroke.cancel();
    if (under.touched) editor.volume.changed(under.touched);
    else editor.recount();
    return true;
  }

  get drawing(): boolean {
    return this.under !== null;
  }
}
