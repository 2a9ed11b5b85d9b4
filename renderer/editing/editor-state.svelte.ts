// The editor: the hand's tool and its settings, the structures, and strokes from the first touch to the journal.
import { voxelVolumeMl, type Grid, type Triple } from '../../electron/contract/geometry.ts';
import type { Structure } from '../../electron/contract/study.ts';
import { sweep, type BrushShape, type BrushTip } from './brush.ts';
import type { Journal } from './journal.svelte.ts';
import { unite, type Box, type LabelVolume } from './label-volume.ts';
import { permissions, type RegionRule } from './permissions.ts';
import { Stroke } from './stroke.ts';

export type Tool = 'brush' | 'eraser' | 'navigate';

export const TOOLS: readonly { id: Tool; label: string; key: string }[] = [
  { id: 'brush', label: 'Brush', key: 'B' },
  { id: 'eraser', label: 'Eraser', key: 'E' },
  { id: 'navigate', label: 'Navigate', key: 'V' },
];

export const SMALLEST_BRUSH_MM = 1;
export const LARGEST_BRUSH_MM = 80;

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
  tool = $state<Tool>('brush');
  shape = $state<BrushShape>('round');
  /** Across, mm. */
  sizeMm = $state(8);
  mode = $state<'2D' | 'sphere'>('2D');
  region = $state<RegionRule>('anywhere');
  insideLabel = $state(0);
  activeLabel = $state(0);
  /** Alt held: brush and eraser change places. */
  inverted = $state(false);
  private under: {
    stroke: Stroke;
    table: Uint8Array;
    target: number;
    tip: BrushTip;
    last: Triple;
    began: number;
    /** Everything drawn so far lies in it. */
    touched: Box | null;
  } | null = null;

  constructor(needs: {
    grid: Grid;
    volume: LabelVolume;
    structures: readonly Structure[];
    journal: Journal | null;
  }) {
    this.grid = needs.grid;
    this.volume = needs.volume;
    this.journal = needs.journal;
    this.structures = needs.structures.map((structure) => new EditedStructure(structure));
    this.activeLabel = this.structures[0]?.label ?? 0;
    this.insideLabel = this.structures[1]?.label ?? this.activeLabel;
    this.recount();
    this.volume.subscribe(() => {
      if (!this.under) this.recount();
    });
    this.journal?.watchStroke(() => this.cancel());
  }

  get active(): EditedStructure | undefined {
    return this.structures.find((structure) => structure.label === this.activeLabel);
  }
  /** Brush or eraser as the hand has it right now. */
  get effectiveTool(): Tool {
    if (!this.inverted || this.tool === 'navigate') return this.tool;
    return this.tool === 'brush' ? 'eraser' : 'brush';
  }
  get editable(): boolean {
    return this.journal?.writable ?? false;
  }
  get drawing(): boolean {
    return this.under !== null;
  }

  volumeMl(structure: EditedStructure): number {
    return structure.voxels * voxelVolumeMl(this.grid);
  }
  isShown(structure: EditedStructure): boolean {
    const solo = this.structures.some((other) => other.solo);
    return solo ? structure.solo : structure.visible;
  }
  resize(factor: number): void {
    const size = Math.min(LARGEST_BRUSH_MM, Math.max(SMALLEST_BRUSH_MM, this.sizeMm * factor));
    this.sizeMm = Math.round(size * 2) / 2 || SMALLEST_BRUSH_MM;
  }
  grow(): void {
    this.resizeBy(1);
  }
  shrink(): void {
    this.resizeBy(-1);
  }
  private resizeBy(direction: 1 | -1): void {
    const step = this.sizeMm < 10 ? 1 : this.sizeMm < 30 ? 2 : 5;
    this.sizeMm = Math.min(LARGEST_BRUSH_MM, Math.max(SMALLEST_BRUSH_MM, this.sizeMm + direction * step));
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

  tip(flatAxis: 0 | 1 | 2): BrushTip {
    return {
      shape: this.shape,
      radiusMm: this.sizeMm / 2,
      flatAxis: this.mode === 'sphere' ? null : flatAxis,
    };
  }

  /** Begins a stroke at a continuous voxel in the view across `flatAxis`. Null when drawing is not possible, and why. */
  begin(at: Triple, flatAxis: 0 | 1 | 2): string | null {
    if (this.under) this.cancel();
    if (!this.editable) return 'This read cannot be changed.';
    const active = this.active;
    if (!active) return 'Choose a structure first.';
    if (active.locked) return `${active.name} is locked.`;
    const target = this.effectiveTool === 'eraser' ? 0 : active.label;
    const locked = new Set(this.structures.filter((s) => s.locked).map((s) => s.label));
    const table = permissions(
      { region: this.region, insideLabel: this.insideLabel, locked },
      active.label,
      target,
    );
    const stroke = new Stroke(this.volume);
    const tip = this.tip(flatAxis);
    this.under = { stroke, table, target, tip, last: at, began: performance.now(), touched: null };
    this.extend(at);
    return null;
  }

  /** Draws on to `at`. */
  extend(at: Triple): void {
    if (!this.under) return;
    const { stroke, table, target, tip, last } = this.under;
    const { labels } = this.volume;
    const paint = (start: number, length: number) => {
      for (let index = start; index < start + length; index++) {
        if (table[labels[index]] === 1) stroke.set(index, target);
      }
    };
    // A flat tip may have changed its slice since the last move, and costs little.
    const onward = tip.flatAxis === null && last !== at;
    const box = sweep(this.grid, tip, last, at, paint, onward);
    this.under.last = at;
    if (!box) return;
    this.under.touched = this.under.touched ? unite(this.under.touched, box) : box;
    this.volume.changed(box);
  }

  /** Ends the stroke: one step of the journal. */
  end(): void {
    if (!this.under) return;
    const { stroke, target, began } = this.under;
    this.under = null;
    const finished = stroke.finish();
    this.recount();
    if (!finished) return;
    this.journal?.add({
      ...finished,
      tool: target === 0 ? 'Erase' : this.mode === 'sphere' ? 'Sphere brush' : 'Brush',
      label: this.activeLabel,
      milliseconds: performance.now() - began,
    });
  }

  /** Takes the stroke under way back, as if it had not begun. False when there was none. */
  cancel(): boolean {
    if (!this.under) return false;
    const { stroke, touched } = this.under;
    this.under = null;
    stroke.cancel();
    if (touched) this.volume.changed(touched);
    else this.recount();
    return true;
  }

  private recount(): void {
    for (const structure of this.structures) structure.voxels = this.volume.counts[structure.label];
  }
}
