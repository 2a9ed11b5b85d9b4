// Livewire: clicks along an edge; between them the line takes the cheapest way, found off the page's thread at each click.
import type { Triple } from '../../../electron/contract/geometry.ts';
import { arrivedIn, STILL_LOADING } from '../image-source.ts';
import { wayTo } from '../operations/livewire.ts';
import { NO_PREVIEW } from '../preview.ts';
import type { Place } from './gesture.ts';
import { apart, FINISH_FIRST, GRIP_PX, Outline } from './outline.ts';
import { planeField, sliceField, type WireField } from './wire-field.ts';

const DOUBLE_CLICK_MS = 350;

/** `points` are the clicks; the line up to each of them is in `pieces`. */
export class LivewireGesture extends Outline {
  private pieces: Triple[][] = [];
  /** The cheapest ways from the last click. */
  private ways: { field: WireField; before: Int32Array } | null = null;
  private under: Triple | null = null;
  private lastPress = 0;

  press(place: Place): string | null {
    const { points, editor } = this;
    if (points.length > 0 && !this.here(place)) return FINISH_FIRST;
    if (points.length === 0) {
      const voxel = this.inVolume(place).map(Math.round) as Triple;
      if (!editor.image || !arrivedIn(editor.image, { low: voxel, high: voxel })) return STILL_LOADING;
      const refusal = this.start(place);
      if (refusal) return refusal;
      this.points = [];
      this.add(this.inSlice(place), []);
    } else {
      const at = this.inSlice(place);
      const grip = GRIP_PX * place.voxelsPerPixel;
      const again = performance.now() - this.lastPress < DOUBLE_CLICK_MS && apart(at, points.at(-1)!) <= grip;
      if (again || (points.length > 1 && apart(at, points[0]) <= grip)) {
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

  private inVolume({ at }: Place): Triple {
    const { shape } = this.editor.grid;
    return at.map((v, axis) => Math.min(shape[axis] - 1, Math.max(0, v))) as Triple;
  }
  /** Ways lead from voxel to voxel in a slice; on a plane that lies aslant there are none to keep to. */
  protected override inSlice(place: Place): Triple {
    if (place.plane) return [...place.at];
    return this.inVolume(place).map(Math.round) as Triple;
  }

  private add(at: Triple, way: Triple[]): void {
    this.points.push(at);
    this.pieces.push(way);
    this.under = null;
    this.findWays(at);
    this.showLine();
  }

  /** Asks for the ways from `at`; until they are there the line is straight. */
  private findWays(at: Triple): void {
    const { editor, axis, plane } = this;
    this.ways = null;
    editor.desk.cancel();
    const field = plane
      ? planeField(editor.image!, editor.grid, at, plane)
      : sliceField(editor.image!, editor.grid, at, axis);
    if (!field) return;
    const task = { kind: 'livewire' as const, ...field.task };
    const asked = this.points.length;
    // After the cancel above the desk is free a moment later.
    void Promise.resolve()
      .then(() =>
        editor.desk.run<Int32Array>('Livewire', 1, () => ({
          task,
          transfer: [task.values.buffer as ArrayBuffer],
        })),
      )
      .then((before) => {
        if (this.points.length !== asked || this.points.at(-1) !== at) return;
        this.ways = { field, before };
        this.showLine();
      })
      .catch(() => undefined);
  }

  /** From the last click to `to`: the cheapest way where it is known, else straight. */
  private wayFromLast(to: Triple): Triple[] {
    const { ways } = this;
    const sample = ways?.field.sampleAt(to) ?? null;
    if (!ways || sample === null) return [];
    return wayTo(ways.before, sample)
      .slice(1, -1)
      .map((n) => ways.field.placeOf(n));
  }

  private line(): Triple[] {
    return this.points.flatMap((click, n) => [...this.pieces[n], click]);
  }
  private showLine(): void {
    const { points, under } = this;
    if (points.length === 0) return;
    const live = under ? [...this.wayFromLast(under), under] : [];
    this.showAs([...this.line(), ...live], points);
  }

  hover(place: Place | null): void {
    if (this.points.length === 0) return;
    this.under = place && this.here(place) ? this.inSlice(place) : null;
    this.showLine();
  }

  confirm(): boolean {
    const { editor, points } = this;
    if (points.length === 0) return false;
    const line = [...this.line(), ...this.wayFromLast(points[0])];
    this.cancel();
    if (line.length < 3) editor.say('Click at least three places along the edge.');
    else this.close('Livewire', line);
    editor.settledGesture();
    return true;
  }

  back(): boolean {
    if (this.points.length === 0) return false;
    this.points.pop();
    this.pieces.pop();
    const last = this.points.at(-1);
    if (last) this.findWays(last);
    else this.editor.preview = NO_PREVIEW;
    this.showLine();
    return true;
  }

  override cancel(): boolean {
    const was = super.cancel();
    if (was) this.editor.desk.cancel();
    this.pieces = [];
    this.ways = null;
    return was;
  }
}
