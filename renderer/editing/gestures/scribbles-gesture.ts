// Grow from scribbles: strokes inside and (with Alt) outside are kept beside the mask; the result is shown until it is kept.
import type { Triple } from '../../../electron/contract/geometry.ts';
import { sweep, type BrushTip } from '../brush.ts';
import type { EditorState } from '../editor-state.svelte.ts';
import { arrivedIn, STILL_LOADING } from '../image-source.ts';
import { unite, type Box } from '../label-volume.ts';
import { product, sizeOf, widen } from '../operations/block.ts';
import type { GrowScribblesTask } from '../operations/tasks.ts';
import { NO_PREVIEW, type PreviewArea } from '../preview.ts';
import { buffersOf, carryOut, cutBlockInPieces } from '../structure-operations.ts';
import { guardOf } from './grow-gesture.ts';
import type { Gesture, Place } from './gesture.ts';

const INSIDE = 1;
const OUTSIDE = 2;
const OUTSIDE_COLOUR = '#ef6f6c';
/** A region of 256³; beyond it an answer would be long in coming. */
const MOST_VOXELS = 16_777_216;

/** Numbers over a box that grows as more is scribbled. */
class Sheet {
  box: Box;
  numbers: Uint8Array<ArrayBuffer>;

  constructor(box: Box) {
    this.box = box;
    this.numbers = new Uint8Array(product(sizeOf(box)));
  }
  /** Makes room for `box`, with some to spare: copying at every move would be slow. */
  cover(box: Box, volume: Readonly<Triple>): void {
    const inside = box.low.every((v, a) => v >= this.box.low[a] && box.high[a] <= this.box.high[a]);
    if (inside) return;
    const larger = new Sheet(widen(unite(this.box, box), [24, 24, 4], volume));
    copyInto(larger, this);
    this.box = larger.box;
    this.numbers = larger.numbers;
  }
}

/** Copies what both boxes share. */
function copyInto(to: { box: Box; numbers: Uint8Array }, from: { box: Box; numbers: Uint8Array }): void {
  const [size, own] = [sizeOf(to.box), sizeOf(from.box)];
  const low = from.box.low.map((v, a) => Math.max(v, to.box.low[a])) as Triple;
  const high = from.box.high.map((v, a) => Math.min(v, to.box.high[a])) as Triple;
  if (low.some((v, a) => v > high[a])) return;
  for (let k = low[2]; k <= high[2]; k++) {
    for (let j = low[1]; j <= high[1]; j++) {
      const at = ({ box }: { box: Box }, [nx, ny]: Triple) =>
        low[0] - box.low[0] + nx * (j - box.low[1] + ny * (k - box.low[2]));
      const start = at(from, own);
      to.numbers.set(from.numbers.subarray(start, start + high[0] - low[0] + 1), at(to, size));
    }
  }
}

export class ScribblesGesture implements Gesture {
  private readonly editor: EditorState;
  private scribbles: Sheet | null = null;
  private result: { box: Box; numbers: Uint8Array<ArrayBuffer> } | null = null;
  private under: { last: Triple; tip: BrushTip; value: number } | null = null;
  /** What is scribbled lies in it. */
  private touched: Box | null = null;
  private label = 0;
  private began = 0;
  /** The run whose answer counts. */
  private turn = 0;
  private computing: Promise<void> = Promise.resolve();

  constructor(editor: EditorState) {
    this.editor = editor;
  }
  get pending(): boolean {
    return this.touched !== null;
  }

  press(place: Place): string | null {
    const { editor } = this;
    // An answer to what was scribbled before is no longer wanted.
    this.turn++;
    editor.desk.cancel();
    if (this.touched && this.label !== editor.activeLabel) this.cancel();
    if (!this.touched) {
      const refusal = editor.refusal();
      if (refusal && !editor.desk.busy) return refusal;
      this.label = editor.activeLabel;
      this.began = performance.now();
    }
    const tip = editor.tip(place.axis, place.plane);
    this.under = { last: place.at, tip, value: editor.inverted ? OUTSIDE : INSIDE };
    this.drag(place);
    return null;
  }

  drag({ at }: Pick<Place, 'at'>): void {
    const { under, editor } = this;
    if (!under) return;
    const { grid } = editor;
    const covered = sweep(grid, under.tip, under.last, at, () => undefined);
    if (covered) {
      this.scribbles ??= new Sheet(widen(covered, [24, 24, 4], grid.shape));
      this.scribbles.cover(covered, grid.shape);
      this.touched = this.touched ? unite(this.touched, covered) : covered;
      this.write(under.last, at, under.tip, under.value);
      this.show();
    }
    under.last = at;
  }

  private write(from: Triple, to: Triple, tip: BrushTip, value: number): void {
    const { grid } = this.editor;
    const { box, numbers } = this.scribbles!;
    const [nx, ny] = grid.shape;
    const size = sizeOf(box);
    sweep(grid, tip, from, to, (start, length) => {
      const i = start % nx;
      const row = (start - i) / nx;
      const at =
        i - box.low[0] + size[0] * ((row % ny) - box.low[1] + size[1] * (Math.floor(row / ny) - box.low[2]));
      numbers.fill(value, at, at + length);
    });
  }

  private show(): void {
    const { editor, scribbles, result } = this;
    const colour = editor.structures.find(({ label }) => label === this.label)?.colour ?? '#ffffff';
    const areas: PreviewArea[] = [];
    if (result) {
      const { box: over, numbers } = result;
      areas.push({ over, numbers, atLeast: INSIDE, atMost: INSIDE, colour });
    }
    if (scribbles) {
      const { box: over, numbers } = scribbles;
      areas.push({ over, numbers, atLeast: INSIDE, atMost: INSIDE, colour: '#ffffff' });
      areas.push({ over, numbers, atLeast: OUTSIDE, atMost: OUTSIDE, colour: OUTSIDE_COLOUR });
    }
    editor.preview = { ...NO_PREVIEW, areas };
  }

  release(): void {
    if (!this.under) return;
    this.under = null;
    this.computing = this.compute();
  }

  private async compute(): Promise<void> {
    const { editor, touched, scribbles } = this;
    if (!touched || !scribbles) return;
    const { shape, spacing } = editor.grid;
    const reach = spacing.map((mm) => Math.ceil(editor.settings.scribbleReachMm / mm)) as Triple;
    const box = widen(touched, reach, shape);
    if (product(sizeOf(box)) > MOST_VOXELS) {
      editor.say(
        'The scribbles lie too far apart to grow from at once. Choose a smaller reach, or keep the result first.',
      );
      return;
    }
    if (!editor.image || !arrivedIn(editor.image, box)) {
      editor.say(STILL_LOADING);
      return;
    }
    const turn = ++this.turn;
    const seeds = new Uint8Array(product(sizeOf(box)));
    copyInto({ box, numbers: seeds }, scribbles);
    const guard = guardOf(editor);
    try {
      // A run that was just cancelled leaves the desk a moment later.
      await Promise.resolve();
      const numbers = await editor.desk.run<Uint8Array<ArrayBuffer>>('Grow from scribbles', 1, async () => {
        const block = await cutBlockInPieces(editor, box, true);
        const task: GrowScribblesTask = { kind: 'scribbles', block, seeds, ...guard };
        return { task, transfer: [...buffersOf(block), seeds.buffer] };
      });
      if (turn !== this.turn) return;
      this.result = { box, numbers };
      this.show();
    } catch {
      // Cancelled by the next scribble or by Escape: what is scribbled stays or went with it.
    }
  }

  confirm(): boolean {
    if (!this.touched) return false;
    void this.keep();
    return true;
  }

  private async keep(): Promise<void> {
    const { editor } = this;
    await this.computing;
    const { result, label } = this;
    if (!result) return;
    const { box, numbers } = result;
    const { began } = this;
    this.cancel();
    editor.settledGesture();
    const operation = { kind: 'area' as const, label, box, numbers, atLeast: INSIDE, atMost: INSIDE };
    try {
      const { sentence } = await carryOut(editor, { name: 'Grow from scribbles', operation, began });
      if (sentence) editor.say(sentence);
    } catch (error) {
      editor.say(error instanceof Error ? error.message : String(error));
    }
  }

  cancel(): boolean {
    const was = this.touched !== null;
    this.turn++;
    this.touched = null;
    this.scribbles = null;
    this.result = null;
    this.under = null;
    if (was) this.editor.preview = NO_PREVIEW;
    return was;
  }
}
