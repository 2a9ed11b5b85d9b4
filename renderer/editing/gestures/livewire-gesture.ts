// Livewire: clicks along an edge; between them the line takes the cheapest way, found off the page's thread at each click.
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { EditorState } from '../editor-state.svelte.ts';
import { arrivedIn, STILL_LOADING } from '../image-source.ts';
import type { Box } from '../label-volume.ts';
import { cut, inPlane, sizeOf, widen, type Axis } from '../operations/block.ts';
import { wayTo } from '../operations/livewire.ts';
import type { WireTask } from '../operations/tasks.ts';
import { NO_PREVIEW } from '../preview.ts';
import { sliceAt, type Gesture, type Place } from './gesture.ts';
import { apart, closeOutline, FINISH_FIRST, GRIP_PX, outlineErases } from './outline.ts';

/** Ways are known this far around the last click, voxels. */
const WINDOW = 160;
const DOUBLE_CLICK_MS = 350;

/** The cheapest ways from one click. */
interface Ways {
  box: Box;
  before: Int32Array;
}

export class LivewireGesture implements Gesture {
  private readonly editor: EditorState;
  private axis: Axis = 2;
  /** Whole voxels; each click, and the line up to it. */
  private clicks: Triple[] = [];
  private pieces: Triple[][] = [];
  private ways: Ways | null = null;
  private under: Triple | null = null;
  private lastPress = 0;
  private began = 0;

  constructor(editor: EditorState) {
    this.editor = editor;
  }
  get pending(): boolean {
    return this.clicks.length > 0;
  }

  press(place: Place): string | null {
    const { clicks, editor } = this;
    const elsewhere =
      clicks.length > 0 && (place.axis !== this.axis || sliceAt(place) !== clicks[0][this.axis]);
    if (elsewhere) return FINISH_FIRST;
    const at = this.voxelAt(place);
    if (this.clicks.length === 0) {
      const refusal = editor.refusal();
      if (refusal) return refusal;
      if (!editor.image || !arrivedIn(editor.image, { low: at, high: at })) return STILL_LOADING;
      this.axis = place.axis;
      this.began = performance.now();
      this.add(at, []);
    } else {
      const grip = GRIP_PX * place.voxelsPerPixel;
      const again =
        performance.now() - this.lastPress < DOUBLE_CLICK_MS && apart(at, this.clicks.at(-1)!) <= grip;
      if (again || (this.clicks.length > 1 && apart(at, this.clicks[0]) <= grip)) {
        this.confirm();
        return null;
      }
      this.add(at, this.wayFromLast(at));
    }
    this.lastPress = performance.now();
    return null;
  }
  drag(): void {}
  release(): void {}

  private voxelAt({ at }: Place): Triple {
    const { shape } = this.editor.grid;
    return at.map((v, axis) => Math.min(shape[axis] - 1, Math.max(0, Math.round(v)))) as Triple;
  }

  private add(at: Triple, way: Triple[]): void {
    this.clicks.push(at);
    this.pieces.push(way);
    this.under = null;
    this.findWays(at);
    this.show();
  }

  /** Asks for the ways from `at`; until they are there the line is straight. */
  private findWays(at: Triple): void {
    const { editor, axis } = this;
    this.ways = null;
    editor.desk.cancel();
    const { shape, spacing } = editor.grid;
    const reach = [0, 1, 2].map((a) => (a === axis ? 0 : WINDOW)) as Triple;
    const box = widen({ low: at, high: at }, reach, shape);
    if (!arrivedIn(editor.image!, box)) return;
    const [a, b] = inPlane(axis);
    const size = sizeOf(box);
    const values = cut(editor.image!.voxels, shape, box);
    const start = at[a] - box.low[a] + size[a] * (at[b] - box.low[b]);
    const plane = { across: size[a], down: size[b], spacing: [spacing[a], spacing[b]] as [number, number] };
    const task: WireTask = { kind: 'livewire', values, ...plane, start };
    const asked = this.clicks.length;
    // After the cancel above the desk is free a moment later.
    void Promise.resolve()
      .then(() =>
        editor.desk.run<Int32Array>('Livewire', 1, () => ({
          task,
          transfer: [values.buffer as ArrayBuffer],
        })),
      )
      .then((before) => {
        if (this.clicks.length !== asked || this.clicks.at(-1) !== at) return;
        this.ways = { box, before };
        this.show();
      })
      .catch(() => undefined);
  }

  /** From the last click to `to`: the cheapest way where it is known, else straight. */
  private wayFromLast(to: Triple): Triple[] {
    const { ways, axis } = this;
    if (!ways) return [];
    const { box, before } = ways;
    if (to.some((v, d) => v < box.low[d] || v > box.high[d])) return [];
    const [a, b] = inPlane(axis);
    const across = box.high[a] - box.low[a] + 1;
    const way = wayTo(before, to[a] - box.low[a] + across * (to[b] - box.low[b]));
    return way.slice(1, -1).map((n) => {
      const voxel: Triple = [...to];
      voxel[a] = box.low[a] + (n % across);
      voxel[b] = box.low[b] + Math.floor(n / across);
      return voxel;
    });
  }

  private line(): Triple[] {
    return this.clicks.flatMap((click, n) => [...this.pieces[n], click]);
  }

  private show(): void {
    const { editor, clicks, axis, under } = this;
    if (clicks.length === 0) return;
    const live = under ? [...this.wayFromLast(under), under] : [];
    const points = [...this.line(), ...live];
    editor.preview = {
      ...NO_PREVIEW,
      slice: { axis, index: clicks[0][axis] },
      lines: [
        { points, closed: false },
        { points: [points.at(-1)!, clicks[0]], closed: false, dashed: true },
      ],
      corners: clicks,
      erasing: outlineErases(editor),
    };
  }

  hover(place: Place | null): void {
    if (this.clicks.length === 0) return;
    const here = place && place.axis === this.axis && sliceAt(place) === this.clicks[0][this.axis];
    this.under = here ? this.voxelAt(place) : null;
    this.show();
  }

  confirm(): boolean {
    const { editor, clicks, axis, began } = this;
    if (clicks.length === 0) return false;
    const points = [...this.line(), ...this.wayFromLast(clicks[0])];
    this.cancel();
    if (points.length < 3) editor.say('Click at least three places along the edge.');
    else {
      const { sentence } = closeOutline(editor, 'Livewire', points, axis, began);
      if (sentence) editor.say(sentence);
    }
    editor.settledGesture();
    return true;
  }

  back(): boolean {
    if (this.clicks.length === 0) return false;
    this.clicks.pop();
    this.pieces.pop();
    const last = this.clicks.at(-1);
    if (last) this.findWays(last);
    else this.editor.preview = NO_PREVIEW;
    this.show();
    return true;
  }

  cancel(): boolean {
    const was = this.clicks.length > 0;
    if (was) {
      this.editor.desk.cancel();
      this.editor.preview = NO_PREVIEW;
    }
    this.clicks = [];
    this.pieces = [];
    this.ways = null;
    return was;
  }
}
