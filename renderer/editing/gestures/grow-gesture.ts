// Flood fill and region growing: press on a place, drag for more or less tolerance and see what it takes, let go to keep it.
import type { Triple } from '../../../electron/contract/geometry.ts';
import { planeOffset } from '../drawing-plane.ts';
import type { EditorState } from '../editor-state.svelte.ts';
import { arrivedIn, STILL_LOADING, type ImageSource } from '../image-source.ts';
import type { Box } from '../label-volume.ts';
import { sizeOf, widen } from '../operations/block.ts';
import { barrierOf, type GrowTask, type Guard } from '../operations/tasks.ts';
import { permissions } from '../permissions.ts';
import { NO_PREVIEW, type PreviewArea } from '../preview.ts';
import { boxOfSlice } from '../slice-edit.ts';
import { buffersOf, carryOut, cutBlockInPieces, type Outcome } from '../structure-operations.ts';
import { medianAround, planeGround, sliceGround, type FloodGround } from './flood.ts';
import { sliceAt, type Gesture, type Place } from './gesture.ts';

/** Pixels to the right that double the tolerance. */
const DOUBLES_IN_PX = 60;
/** Steps of a map that is not in whole values. */
const FINE_STEPS = 1000;

interface Under {
  over: PreviewArea['over'];
  pressed: Place;
  /** The tolerance when the button went down. */
  base: number;
  step: number;
  numbers: Uint16Array<ArrayBuffer> | null;
  released: boolean;
  began: number;
  /** Of a flood fill. */
  ground: FloodGround | null;
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
    const floods = this.name === 'Flood fill';
    const reach = spacing.map((mm) => Math.round(editor.settings.reachMm / mm)) as Triple;
    const cube = widen({ low: start, high: start }, reach, shape);
    const { image } = editor;
    if (!image || !arrivedIn(image, floods ? this.floodBox(place) : cube)) return STILL_LOADING;
    // Up to four times the range within the hand's reach; a whole step where values are whole.
    const fine = image.voxels instanceof Float32Array;
    const step = fine ? (image.maximum - image.minimum || 1) / FINE_STEPS : 1;
    const most = Math.min(65_534, Math.max(1, Math.ceil((image.maximum - image.minimum) / step)));
    const ground = !floods
      ? null
      : place.plane
        ? planeGround(editor, image, place.at, start, place.plane)
        : sliceGround(editor, image, start, place.axis);
    const under: Under = {
      over: ground?.over ?? cube,
      pressed: place,
      base: editor.settings.tolerance,
      step,
      numbers: null,
      released: false,
      began: performance.now(),
      ground,
    };
    this.under = under;
    const numbers = ground
      ? this.floodMap(ground, step, most)
      : this.growInCube(under, image, cube, start, most);
    if (numbers instanceof Promise) void this.await(under, numbers);
    else this.answer(under, numbers);
    return null;
  }

  /** What has to have arrived for a fill: its slice, or everything. */
  private floodBox(place: Place): Box {
    const { shape } = this.editor.grid;
    if (!place.plane) return boxOfSlice(shape, { axis: place.axis, index: sliceAt(place) });
    return { low: [0, 0, 0], high: shape.map((n) => n - 1) as Triple };
  }

  private floodMap(ground: FloodGround, step: number, most: number) {
    const { editor } = this;
    const { labels, values, start, reference } = ground;
    const barrier = barrierOf({ labels, values }, guardOf(editor));
    if (!this.byOutline) return ground.grow({ values, barrier, start, reference, step, most });
    // Within what is drawn: the structure itself is the wall, and values do not count.
    for (let n = 0; n < labels.length; n++) if (labels[n] === editor.activeLabel) barrier[n] = 1;
    const even = new Uint8Array(labels.length);
    return ground.grow({ values: even, barrier, start, reference: 0, step: 1, most: 0 });
  }

  private growInCube(under: Under, image: ImageSource, box: Box, at: Triple, most: number) {
    const { editor } = this;
    const guard = guardOf(editor);
    const size = sizeOf(box);
    const [i, j, k] = at.map((v, axis) => v - box.low[axis]);
    const from = { start: i + size[0] * (j + size[1] * k), step: under.step, most };
    const reference = medianAround(image, editor.grid.shape, at, under.pressed.axis);
    return editor.desk.run<Uint16Array<ArrayBuffer>>(this.name, 1, async () => {
      const block = await cutBlockInPieces(editor, box, true);
      const task: GrowTask = { kind: 'grow', block, ...from, reference, ...guard };
      return { task, transfer: buffersOf(block) };
    });
  }

  private async await(under: Under, numbers: Promise<Uint16Array<ArrayBuffer>>): Promise<void> {
    try {
      const answer = await numbers;
      if (this.under === under) this.answer(under, answer);
    } catch {
      // Cancelled, or the worker failed: nothing has been changed.
      if (this.under === under) this.cancel();
    }
  }
  private answer(under: Under, numbers: Uint16Array<ArrayBuffer>): void {
    under.numbers = numbers;
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
    const { over, numbers } = under;
    const colour = editor.active!.colour;
    const areas = [{ over, numbers, atLeast: 0, atMost: this.limit(under), colour }];
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
    this.carryOut(under).then(
      ({ sentence }) => sentence && editor.say(sentence),
      (error: unknown) => editor.say(error instanceof Error ? error.message : String(error)),
    );
  }
  private async carryOut(under: Under): Promise<Outcome> {
    const { editor, name } = this;
    const { ground, over, began } = under;
    const numbers = under.numbers!;
    const atMost = this.limit(under);
    if (!ground) {
      const box = over as Box;
      const operation = {
        kind: 'area' as const,
        label: editor.activeLabel,
        box,
        numbers,
        atLeast: 0,
        atMost,
      };
      return carryOut(editor, { name, operation, began });
    }
    if (this.byOutline && numbers.some((need, n) => need === 0 && ground.isBorder(n))) {
      return {
        voxels: 0,
        sentence: 'What is drawn does not close around this place. Nothing was filled.',
      };
    }
    return ground.keep(numbers, atMost, began);
  }

  cancel(): boolean {
    if (!this.under) return false;
    this.under = null;
    this.editor.preview = NO_PREVIEW;
    return true;
  }
}
