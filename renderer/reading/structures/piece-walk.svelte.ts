// Walks from piece to piece of a structure, the largest first; asked anew after every change of the mask.
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { EditorState } from '../../editing/editor-state.svelte.ts';
import type { Piece } from './components.ts';
import type { PiecesAnswer, PiecesQuestion } from './components-worker.ts';
import type { StructureFigures } from './figures.svelte.ts';

export class PieceWalk {
  /** Where the walk is: which piece of how many; null before the first step and after a change. */
  at = $state.raw<{ label: number; index: number; pieces: readonly Piece[] } | null>(null);
  /** A worker is looking. */
  busy = $state(false);
  private readonly editor: EditorState;
  private readonly figures: StructureFigures;
  private worker: Worker | null = null;
  private question = 0;
  private waiting: ((pieces: readonly Piece[]) => void) | null = null;

  constructor(editor: EditorState, figures: StructureFigures) {
    this.editor = editor;
    this.figures = figures;
  }

  follow(): () => void {
    const stop = this.editor.volume.subscribe(() => {
      if (this.at) this.at = null;
      this.question++;
    });
    return () => {
      stop();
      this.worker?.terminate();
      this.worker = null;
    };
  }

  /** The next (1) or previous (−1) piece of the structure, or null when there is none or the mask changed meanwhile. */
  async step(label: number, step: 1 | -1): Promise<Piece | null> {
    const present = this.at;
    if (present?.label === label) {
      const count = present.pieces.length;
      const index = (present.index + step + count) % count;
      this.at = { ...present, index };
      return present.pieces[index];
    }
    if (this.busy) return null;
    const mine = ++this.question;
    this.busy = true;
    const pieces = await this.find(label, mine).finally(() => (this.busy = false));
    if (mine !== this.question || pieces.length === 0) return null;
    const index = step > 0 ? 0 : pieces.length - 1;
    this.at = { label, index, pieces };
    return pieces[index];
  }

  private find(label: number, id: number): Promise<readonly Piece[]> {
    const { volume, grid } = this.editor;
    if (volume.counts[label] === 0) return Promise.resolve([]);
    const [nx, ny, nz] = volume.shape;
    // Until every slice is counted the range is not known: then all of it.
    const [first, last] = (this.figures.ready ? this.figures.rangeOf(label) : null) ?? [0, nz - 1];
    const labels = volume.labels.slice(first * nx * ny, (last + 1) * nx * ny) as Uint8Array<ArrayBuffer>;
    const shape: Triple = [nx, ny, last - first + 1];
    this.worker ??= new Worker(new URL('./components-worker.ts', import.meta.url), { type: 'module' });
    const { worker } = this;
    return new Promise((resolve) => {
      this.waiting?.([]);
      this.waiting = resolve;
      worker.onmessage = ({ data }: MessageEvent<PiecesAnswer>) => {
        if (data.id === id) resolve(data.pieces);
      };
      worker.onerror = () => resolve([]);
      const question: PiecesQuestion = { id, labels, shape, from: first, label, spacing: grid.spacing };
      worker.postMessage(question, [labels.buffer]);
    });
  }
}
