// The editor: the hand's tool, the structures, and gestures from the first touch to the journal.
import { voxelVolumeMl, type Grid, type Triple } from '../../electron/contract/geometry.ts';
import type { Structure } from '../../electron/contract/study.ts';
import type { BrushTip } from './brush.ts';
import type { DrawingPlane } from './drawing-plane.ts';
import { BrushGesture } from './gestures/brush-gesture.ts';
import type { Gesture, Place } from './gestures/gesture.ts';
import { gestureOf } from './gestures/list.ts';
import { middleOf, type ImageSource } from './image-source.ts';
import type { Journal } from './journal.svelte.ts';
import { LabelBoxes } from './label-boxes.ts';
import type { LabelVolume } from './label-volume.ts';
import type { Axis } from './operations/block.ts';
import type { EditRule, ValueRange } from './permissions.ts';
import { NO_PREVIEW, type Preview } from './preview.ts';
import { TaskDesk } from './task-desk.svelte.ts';
import { toolFacts, type Tool } from './tool-list.ts';
import { ToolSettings } from './tool-settings.svelte.ts';

export { TOOLS, type Tool } from './tool-list.ts';
export { LARGEST_BRUSH_MM, SMALLEST_BRUSH_MM } from './tool-settings.svelte.ts';

/** A structure as the editor has it: what the study says, and how it is shown and guarded here. */
export class EditedStructure {
  readonly label: number;
  /** As the study says; the colour as this person sees it. */
  name = $state('');
  colour = $state('');
  visible = $state(true);
  locked = $state(false);
  solo = $state(false);
  voxels = $state(0);

  constructor(structure: Structure) {
    this.label = structure.label;
    this.name = structure.name;
    this.colour = structure.colour;
  }
}

export class EditorState {
  readonly grid: Grid;
  readonly volume: LabelVolume;
  readonly journal: Journal | null;
  /** In the person's own order. */
  structures = $state.raw<readonly EditedStructure[]>([]);
  readonly settings = new ToolSettings();
  readonly desk: TaskDesk;
  /** Where each structure lies. */
  readonly boxes: LabelBoxes;
  /** The picture, once there is one. */
  image: ImageSource | null = null;
  private chosen = $state<Tool>('brush');
  activeLabel = $state(0);
  /** Alt held: brush and eraser change places, and outlines do the opposite. */
  inverted = $state(false);
  /** Tells the person a sentence: why nothing happened, or what was kept. */
  say: (sentence: string) => void = () => undefined;
  /** What the tool shows over the views. */
  preview = $state.raw<Preview>(NO_PREVIEW);
  /** The share of its size that the brush has right now: less than 1 under a light pen. */
  pressure = 1;
  /** A gesture waits for Enter or Escape. */
  pending = $state(false);
  private gesture: Gesture;
  /** The gesture whose button is down. */
  private held: Gesture | null = null;

  constructor(needs: {
    grid: Grid;
    volume: LabelVolume;
    structures: readonly Structure[];
    journal: Journal | null;
    desk?: TaskDesk;
  }) {
    this.grid = needs.grid;
    this.volume = needs.volume;
    this.journal = needs.journal;
    this.desk = needs.desk ?? new TaskDesk();
    this.boxes = new LabelBoxes(this.volume);
    this.structures = needs.structures.map((structure) => new EditedStructure(structure));
    this.activeLabel = this.structures[0]?.label ?? 0;
    const second = this.structures[1]?.label ?? this.activeLabel;
    this.settings.insideLabel = second;
    this.settings.otherLabel = second;
    this.gesture = new BrushGesture(this);
    this.recount();
    this.volume.subscribe(() => {
      if (!this.drawing) this.recount();
    });
    this.journal?.watchStroke(() => this.cancel());
  }

  /** The picture is there, or on its way. */
  see(image: ImageSource): void {
    this.image = image;
    this.settings.suit(image);
    void this.boxes.warm();
  }

  get tool(): Tool {
    return this.chosen;
  }
  /** Another tool takes back what the one before had not finished. */
  set tool(tool: Tool) {
    if (tool === this.chosen) return;
    this.cancel();
    this.chosen = tool;
    this.gesture = gestureOf(tool, this);
  }

  get active(): EditedStructure | undefined {
    return this.structures.find((structure) => structure.label === this.activeLabel);
  }
  /** Brush or eraser as the hand has it right now. */
  get effectiveTool(): Tool {
    if (!this.inverted) return this.tool;
    return this.tool === 'brush' ? 'eraser' : this.tool === 'eraser' ? 'brush' : this.tool;
  }
  /** Whether the hand takes away, by its tool or by Alt. */
  get erasing(): boolean {
    return (this.tool === 'eraser') !== this.inverted;
  }
  /** What the left button does in a view. */
  get hand(): 'tip' | 'gesture' | 'crosshair' {
    return this.editable ? toolFacts(this.tool).hand : 'crosshair';
  }
  /** Why nothing may be drawn for now, in a sentence; null when it may. */
  closed = $state<string | null>(null);
  get editable(): boolean {
    return this.journal?.writable ?? false;
  }
  /** A button is down and something is being drawn. */
  get drawing(): boolean {
    return this.held !== null;
  }

  /** The middle 90 % of the picture's values inside the active structure; null where nothing is drawn. */
  valuesOfActive(): ValueRange | null {
    const box = this.boxes.of(this.activeLabel);
    return box && this.image ? middleOf(this.image, this.volume, box, this.activeLabel) : null;
  }
  /** Something that Escape takes back: a gesture or an operation. */
  get underWay(): boolean {
    return this.drawing || this.pending || this.desk.busy;
  }

  volumeMl(structure: EditedStructure): number {
    return structure.voxels * voxelVolumeMl(this.grid);
  }
  isShown(structure: EditedStructure): boolean {
    const solo = this.structures.some((other) => other.solo);
    return solo ? structure.solo : structure.visible;
  }
  nextStructure(step: 1 | -1 = 1): void {
    const at = this.structures.findIndex((structure) => structure.label === this.activeLabel);
    const next = this.structures[(at + step + this.structures.length) % this.structures.length];
    if (next) this.activeLabel = next.label;
  }
  chooseNumber(n: number): void {
    const structure = this.structures[n - 1];
    if (structure) this.activeLabel = structure.label;
  }

  /** The tip in a view across `flatAxis`, or on a plane that lies aslant. */
  tip(flatAxis: Axis, plane?: DrawingPlane): BrushTip {
    const { shape, sizeMm, mode } = this.settings;
    const radiusMm = sizeMm / 2;
    if (mode === 'sphere') return { shape, radiusMm, flatAxis: null };
    return plane ? { shape, radiusMm, flatAxis: null, plane } : { shape, radiusMm, flatAxis };
  }
  grow(): void {
    this.settings.resizeBy(1);
  }
  shrink(): void {
    this.settings.resizeBy(-1);
  }

  /** What may change now, whichever tool is at work. */
  rule(): EditRule {
    const { region, insideLabel, rangeOn, low, high } = this.settings;
    const locked = new Set(this.structures.filter((s) => s.locked).map((s) => s.label));
    return { region, insideLabel, locked, range: rangeOn ? { low, high } : null };
  }
  /** Why the active structure cannot be changed now, or null. */
  refusal(): string | null {
    if (!this.editable) return 'This read cannot be changed.';
    if (this.closed !== null) return this.closed;
    if (!this.active) return 'Choose a structure first.';
    if (this.active.locked) return `${this.active.name} is locked.`;
    if (this.desk.running) return `Wait until “${this.desk.running.label}” is done, or cancel it.`;
    return null;
  }

  /**
   * The button went down at a continuous voxel in the view across `axis`. Null when the tool took it, or why not.
   * `voxelsPerPixel` tells how far a CSS pixel reaches there; `plane` is the view's own where that lies aslant.
   */
  begin(at: Triple, axis: Axis, voxelsPerPixel = 0.2, plane?: DrawingPlane): string | null {
    if (this.held) this.cancel();
    const under = { axis, voxelsPerPixel, plane };
    const refusal = this.gesture.press({ at, ...under });
    if (refusal === null) {
      this.held = this.gesture;
      this.under = under;
    }
    this.pending = this.gesture.pending;
    return refusal;
  }
  private under: Omit<Place, 'at'> = { axis: 2, voxelsPerPixel: 1 };
  /** Draws on to `at`. */
  extend(at: Triple): void {
    this.held?.drag({ at, ...this.under });
  }
  /** The button went up: a stroke ends as one step of the journal. */
  end(): void {
    const gesture = this.held;
    if (!gesture) return;
    this.held = null;
    gesture.release();
    this.pending = this.gesture.pending;
  }
  /** The pointer moves with no button down; null: it left the view. */
  hover(at: Triple | null, axis: Axis, plane?: DrawingPlane): void {
    this.gesture.hover?.(at && { at, axis, voxelsPerPixel: this.under.voxelsPerPixel, plane });
  }
  /** Ends a gesture of several clicks; false when none waits. */
  confirm(): boolean {
    const done = this.gesture.confirm?.() ?? false;
    this.pending = this.gesture.pending;
    return done;
  }
  /** Takes back the last click of such a gesture. */
  back(): boolean {
    const done = this.gesture.back?.() ?? false;
    this.pending = this.gesture.pending;
    return done;
  }
  /** A gesture that finished something by itself says so. */
  settledGesture(): void {
    this.pending = this.gesture.pending;
  }

  /** Takes the gesture or operation under way back, as if it had not begun. False when there was none. */
  cancel(): boolean {
    this.held = null;
    const operation = this.desk.cancel();
    const gesture = this.gesture.cancel();
    this.preview = NO_PREVIEW;
    this.pending = false;
    return gesture || operation;
  }

  recount(): void {
    for (const structure of this.structures) structure.voxels = this.volume.counts[structure.label];
  }

  // The tip's settings under their short names, for the views and the keys.
  get shape() {
    return this.settings.shape;
  }
  set shape(shape) {
    this.settings.shape = shape;
  }
  get sizeMm() {
    return this.settings.sizeMm;
  }
  set sizeMm(mm) {
    this.settings.sizeMm = mm;
  }
  get mode() {
    return this.settings.mode;
  }
  set mode(mode) {
    this.settings.mode = mode;
  }
  get region() {
    return this.settings.region;
  }
  set region(region) {
    this.settings.region = region;
  }
  get insideLabel() {
    return this.settings.insideLabel;
  }
  set insideLabel(label) {
    this.settings.insideLabel = label;
  }
}
