// Flood fill and region growing: press on a place, drag for more or less tolerance and see what it takes, let go to keep it.
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { EditorState } from '../editor-state.svelte.ts';
import { arrivedIn, STILL_LOADING, type ImageSource } from '../image-source.ts';
import { planeOffset } from '../drawing-plane.ts';
import type { Box } from '../label-volume.ts';
import { cut, sizeOf, widen } from '../operations/block.ts';
import { barrierOf, type GrowTask, type Guard } from '../operations/tasks.ts';
import { toleranceMap } from '../operations/tolerance-map.ts';
import { permissions } from '../permissions.ts';
import { NO_PREVIEW } from '../preview.ts';
import { boxOfSlice } from '../slice-edit.ts';
import { buffersOf, carryOut, cutBlockInPieces } from '../structure-operations.ts';
import { sliceAt, type Gesture, type Place } from './gesture.ts';

/** Pixels to the right that double the tolerance. */
const DOUBLES_IN_PX = 60;
/** Steps of a map that is not in whole values. */
const FINE_STEPS = 1000;

interface Under {
  box: Box;
  pressed: Place;
  /** The tolerance when the button went down. */
  base: number;
  step: number;
  numbers: Uint16Array<ArrayBuffer> | null;
  released: boolean;
  began: number;
}

/** Labels that growing may pass through: what may become the structure, and the structure itself. */
export function guardOf(editor: EditorState): Guard {
  const rule = editor.rule();
  const open = permissions(rule, editor.activeLabel, editor.activeLabel);
  open[editor.activeLabel] = 1;
  return { open, range: rule.range };
}

export class GrowGesture implements Gesture {
  readonly pending = false;
  private readonly editor: EditorState;
  private readonly name: 'Flood fill' | 'Region growing';
  private under: Under | null = null;

  constructor(editor: EditorState, name: 'Flood fill' | 'Region growing') {
    this.editor = editor;
    this.name = name;
  }

  press(place: Place): string | null {
    const { editor } = this;
    const refusal = editor.refusal();
    if (refusal) return refusal;
    const { shape, spacing } = editor.grid;
    const start = place.at.map(Math.round) as Triple;
    if (start.some((v, axis) => v < 0 || v >= shape[axis])) return 'Press inside the picture.';
    const slice = boxOfSlice(shape, { axis: place.axis, index: sliceAt(place) });
    const reach = spacing.map((mm) => Math.round(editor.settings.reachMm / mm)) as Triple;
    const box = this.name === 'Flood fill' ? slice : widen({ low: start, high: start }, reach, shape);
    const { image } = editor;
    if (!image || !arrivedIn(image, box)) return STILL_LOADING;
    // Up to four times the range within the hand's reach; a whole step where values are whole.
    const base = editor.settings.tolerance;
    const fine = image.voxels instanceof Float32Array;
    const step = fine ? (image.maximum - image.minimum || 1) / FINE_STEPS : 1;
    const most = Math.min(65_534, Math.max(1, Math.ceil((image.maximum - image.minimum) / step)));
    const under: Under = {
      box,
      pressed: place,
      base,
      step,
      numbers: null,
      released: false,
      began: performance.now(),
    };
    this.under = under;
    const reference = medianAround(image, shape, start, place.axis);
    const low = box.low;
    const size = sizeOf(box);
    const local = start.map((v, axis) => v - low[axis]);
    const from = local[0] + size[0] * (local[1] + size[1] * local[2]);
    if (this.name === 'Flood fill') {
      this.floodMap(under, from, reference, most);
      this.show();
    } else void this.askWorker(under, from, reference, most);
    return null;
  }

  /** One slice is small enough for the page's thread. */
  private floodMap(under: Under, start: number, reference: number, most: number): void {
    const { editor } = this;
    const { shape } = editor.grid;
    const size = sizeOf(under.box);
    const labels = cut(editor.volume.labels, shape, under.box) as Uint8Array<ArrayBuffer>;
    const values = cut(editor.image!.voxels, shape, under.box);
    const block = {
      low: under.box.low,
      shape: size,
      spacing: editor.grid.spacing,
      volume: shape,
      labels,
      values,
    };
    const barrier = barrierOf(block, guardOf(editor));
    if (editor.settings.fillBy === 'value') {
      under.numbers = toleranceMap({
        values,
        shape: size,
        barrier,
        start,
        reference,
        step: under.step,
        most,
      });
      return;
    }
    // Within what is drawn: the structure itself is the wall, and values do not count.
    for (let n = 0; n < labels.length; n++) if (labels[n] === editor.activeLabel) barrier[n] = 1;
    const even = new Uint8Array(labels.length);
    under.numbers = toleranceMap({
      values: even,
      shape: size,
      barrier,
      start,
      reference: 0,
      step: 1,
      most: 0,
    });
  }

  private async askWorker(under: Under, start: number, reference: number, most: number): Promise<void> {
    const { editor } = this;
    const guard = guardOf(editor);
    try {
      under.numbers = await editor.desk.run(this.name, 1, async () => {
        const block = await cutBlockInPieces(editor, under.box, true);
        const task: GrowTask = { kind: 'grow', block, start, reference, step: under.step, most, ...guard };
        return { task, transfer: buffersOf(block) };
      });
    } catch {
      // Cancelled, or the worker failed: nothing has been changed.
      if (this.under === under) this.cancel();
      return;
    }
    if (this.under !== under) return;
    if (under.released) this.keep(under);
    else this.show();
  }

  drag(place: Place): void {
    const { under, editor } = this;
    if (!under) return;
    // Views show a growing index of their faster axis to the right.
    const axis = place.axis === 0 ? 1 : 0;
    const { spacing } = editor.grid;
    const voxels = place.plane
      ? planeOffset(editor.grid, place.plane, under.pressed.at, place.at).x / Math.min(...spacing)
      : place.at[axis] - under.pressed.at[axis];
    const pixels = voxels / place.voxelsPerPixel;
    const whole = under.step === 1;
    const wanted = under.base * 2 ** (pixels / DOUBLES_IN_PX);
    editor.settings.tolerance = whole ? Math.max(0, Math.round(wanted)) : wanted;
    this.show();
  }

  private limit(under: Under): number {
    if (this.byOutline) return 0;
    return Math.min(65_534, Math.floor(this.editor.settings.tolerance / under.step + 1e-9));
  }
  private get byOutline(): boolean {
    return this.name === 'Flood fill' && this.editor.settings.fillBy === 'outline';
  }

  private show(): void {
    const { under, editor } = this;
    if (!under?.numbers) return;
    const { box, numbers } = under;
    const colour = editor.active!.colour;
    const areas = [{ box, numbers, atLeast: 0, atMost: this.limit(under), colour }];
    editor.preview = { ...NO_PREVIEW, areas };
  }

  release(): void {
    const { under } = this;
    if (!under) return;
    under.released = true;
    if (under.numbers) this.keep(under);
  }

  private keep(under: Under): void {
    const { editor } = this;
    this.under = null;
    editor.preview = NO_PREVIEW;
    const { box, numbers } = under;
    if (this.byOutline && this.isOpen(under)) {
      editor.say('What is drawn does not close around this place. Nothing was filled.');
      return;
    }
    const operation = {
      kind: 'area' as const,
      label: editor.activeLabel,
      box,
      numbers: numbers!,
      atLeast: 0,
      atMost: this.limit(under),
    };
    carryOut(editor, { name: this.name, operation, began: under.began }).then(
      ({ sentence }) => sentence && editor.say(sentence),
      (error: unknown) => editor.say(error instanceof Error ? error.message : String(error)),
    );
  }

  /** Whether a fill within outlines runs to the border of the slice. */
  private isOpen({ box, numbers, pressed }: Under): boolean {
    const size = sizeOf(box);
    const [a, b] = [0, 1, 2].filter((axis) => axis !== pressed.axis);
    const [across, down] = [size[a], size[b]];
    for (let n = 0; n < numbers!.length; n++) {
      const [x, y] = [n % across, Math.floor(n / across)];
      if (numbers![n] === 0 && (x === 0 || y === 0 || x === across - 1 || y === down - 1)) return true;
    }
    return false;
  }

  cancel(): boolean {
    if (!this.under) return false;
    this.under = null;
    this.editor.preview = NO_PREVIEW;
    return true;
  }
}

/** The median of the 3 × 3 voxels around a place in its slice: one noisy voxel must not decide. */
function medianAround(image: ImageSource, shape: Readonly<Triple>, at: Triple, axis: number): number {
  const around = widen({ low: at, high: at }, [0, 1, 2].map((a) => (a === axis ? 0 : 1)) as Triple, shape);
  const values = Array.from(cut(image.voxels, shape, around), Number).filter((value) => !Number.isNaN(value));
  values.sort((x, y) => x - y);
  return values[Math.floor(values.length / 2)] ?? 0;
}
