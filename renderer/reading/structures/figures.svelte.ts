// How large each structure is now: millilitres while the hand draws, slices once it rests.
import { voxelVolumeMl } from '../../../electron/contract/geometry.ts';
import type { EditorState } from '../../editing/editor-state.svelte.ts';
import { SliceCounts } from './slice-counts.ts';

/** Slices counted between two pauses: two milliseconds of work or so. */
const PORTION = 6;
/** After the last change; while strokes follow each other nothing is counted. */
const QUIET_MS = 120;

export class StructureFigures {
  /** Rises whenever the slice counts are whole again. */
  private counted = $state(0);
  private readonly editor: EditorState;
  private readonly counts: SliceCounts;
  private readonly voxelMl: number;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private frame = 0;

  constructor(editor: EditorState) {
    this.editor = editor;
    this.counts = new SliceCounts(editor.volume.shape);
    this.voxelMl = voxelVolumeMl(editor.grid);
  }

  /** Follows the mask until the returned function is called. */
  follow(): () => void {
    const stop = this.editor.volume.subscribe((box) => {
      this.counts.changed(box);
      this.frame ||= requestAnimationFrame(this.refresh);
      this.later(QUIET_MS);
    });
    this.later(0);
    return () => {
      stop();
      cancelAnimationFrame(this.frame);
      clearTimeout(this.timer);
    };
  }

  ml(voxels: number): number {
    return voxels * this.voxelMl;
  }
  /** Slices in which the structure occurs; null while they are being counted for the first time. */
  slices(label: number): number | null {
    return this.counted === 0 ? null : this.counts.slicesOf(label);
  }
  /** The nearest slice after (1) or before (−1) `from` that has the structure, or null. */
  nextSlice(label: number, from: number, step: 1 | -1): number | null {
    const depth = this.editor.volume.shape[2];
    for (let k = from + step; k >= 0 && k < depth; k += step)
      if (this.counts.voxelsIn(label, k) > 0) return k;
    return null;
  }
  rangeOf(label: number): [number, number] | null {
    return this.counts.rangeOf(label);
  }
  get ready(): boolean {
    return this.counted > 0;
  }

  /** While a stroke is under way its counts are read once a frame. */
  private readonly refresh = (): void => {
    this.frame = 0;
    const { structures, volume } = this.editor;
    for (const structure of structures) structure.voxels = volume.counts[structure.label];
  };

  private later(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.work, milliseconds);
  }
  private readonly work = (): void => {
    if (this.editor.drawing) this.later(QUIET_MS);
    else if (this.counts.work(this.editor.volume.labels, PORTION)) this.later(0);
    else this.counted++;
  };
}
