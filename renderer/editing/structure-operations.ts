// Operations on whole structures from the hand to the journal: refused or carried out off the page's thread, one step each.
import { Problem } from '../../electron/contract/problem.ts';
import type { Triple } from '../../electron/contract/geometry.ts';
import type { EditorState } from './editor-state.svelte.ts';
import { arrivedIn, STILL_LOADING } from './image-source.ts';
import type { Box } from './label-volume.ts';
import { cut, product, sizeOf, type Block, type Values } from './operations/block.ts';
import { blockFor, needsValues, type Operation } from './operations/operation.ts';
import type { Settled } from './operations/settle.ts';

/** Voxelwise operations take the volume in slabs of about so many voxels: cutting one out holds up no frame. */
const SLAB_VOXELS = 4_000_000;

/** What the service takes as one step: a threshold over noise in a large volume can be more. */
const MOST_STEP_BYTES = 64 * 1024 * 1024;

/** What became of an operation: a sentence for the person where the picture alone does not say it. */
export interface Outcome {
  voxels: number;
  sentence: string | null;
}

export interface Request {
  /** As the history names the step. */
  name: string;
  operation: Operation;
  /** Narrows what the operation works on: one slice, say. Null: nothing of it lies there. */
  within?: (box: Box) => Box | null;
  /** Said where there is nothing to change; a plain sentence otherwise. */
  otherwise?: string;
  /** When the hand began with it (performance.now); otherwise the time of the operation alone counts. */
  began?: number;
}

/** Carries an operation out on the active structure. A refusal is an outcome with its sentence. */
export async function carryOut(editor: EditorState, request: Request): Promise<Outcome> {
  if (editor.pending || editor.drawing) editor.cancel();
  const refusal = editor.refusal();
  if (refusal) return nothing(refusal);
  const { name, operation } = request;
  const began = request.began ?? performance.now();
  const found = blockFor(operation, editor.grid, (label) => editor.boxes.of(label));
  const box = found && request.within ? request.within(found) : found;
  const what = editor.active!.name;
  if (!box)
    return nothing(found ? `Nothing of ${what} is in this slice.` : `Nothing of ${what} is drawn yet.`);
  const rule = editor.rule();
  const withValues = needsValues(operation) || rule.range !== null;
  const { image } = editor;
  if (withValues && (!image || !arrivedIn(image, box))) return nothing(STILL_LOADING);

  const slabs = operation.kind === 'threshold' ? slabsOf(box) : [box];
  const revision = editor.volume.revision;
  let settled: Settled;
  try {
    settled = await editor.desk.run<Settled>(name, slabs.length, async (part) => {
      const block = await cutBlockInPieces(editor, slabs[part], withValues);
      const task = { kind: 'operate' as const, operation, rule, block, last: part === slabs.length - 1 };
      return { task, transfer: buffersOf(block) };
    });
  } catch (error) {
    if (error instanceof Problem && error.code === 'operation-cancelled') return nothing(error.message);
    throw error;
  }
  // The mask was taken from elsewhere meanwhile (an AI mask): the answer is about another one.
  if (editor.volume.revision !== revision) return nothing('The mask changed meanwhile. Nothing was done.');
  const label = 'label' in operation ? operation.label : editor.activeLabel;
  return enter(editor, settled, { ...request, label }, performance.now() - began);
}

/** Puts a settled change into the mask and the journal: one step. */
function enter(
  editor: EditorState,
  settled: Settled,
  { name, label, otherwise }: Pick<Request, 'name' | 'otherwise'> & { label: number },
  milliseconds: number,
): Outcome {
  const { bytes, voxels } = settled;
  if (!bytes || !editor.journal) {
    return nothing(keptSentence(settled) ?? otherwise ?? 'There is nothing to change.');
  }
  if (bytes.length > MOST_STEP_BYTES) {
    return nothing('This would change too much to be stored as one step. Nothing was done; narrow it down.');
  }
  editor.volume.apply(bytes, 'do');
  editor.journal.add({ bytes, voxels, tool: name, label, milliseconds });
  return { voxels, sentence: keptSentence(settled) };
}

/** What a lock kept is always said; what the region kept only where nothing else happened. */
export function keptSentence({ voxels, kept, locked }: Omit<Settled, 'bytes'>): string | null {
  if (locked > 0) return `${locked.toLocaleString('en')} voxels of locked structures were kept.`;
  return voxels === 0 && kept > 0 ? 'Where it may draw now, there is nothing to change.' : null;
}

export function cutBlock(editor: EditorState, box: Box, withValues: boolean): Block {
  const { shape, spacing } = editor.grid;
  const { labels } = editor.volume;
  return {
    low: box.low,
    shape: sizeOf(box),
    spacing: [...spacing],
    volume: [...shape],
    labels: cut(labels, shape, box) as Uint8Array<ArrayBuffer>,
    values: withValues ? cut(editor.image!.voxels, shape, box) : null,
  };
}

/** The same for large boxes, a slab at a time: the page draws its frames in between. */
export async function cutBlockInPieces(editor: EditorState, box: Box, withValues: boolean): Promise<Block> {
  const slabs = slabsOf(box);
  if (slabs.length === 1) return cutBlock(editor, box, withValues);
  const { image } = editor;
  const labels = new Uint8Array(product(sizeOf(box)));
  const Kind = image?.voxels.constructor as (new (length: number) => Values) | undefined;
  const values = withValues && Kind ? new Kind(labels.length) : null;
  const { shape, spacing } = editor.grid;
  let at = 0;
  for (const slab of slabs) {
    labels.set(cut(editor.volume.labels, shape, slab), at);
    values?.set(cut(image!.voxels, shape, slab), at);
    at += product(sizeOf(slab));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return { low: box.low, shape: sizeOf(box), spacing: [...spacing], volume: [...shape], labels, values };
}

export function buffersOf(block: Block): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [block.labels.buffer];
  if (block.values) buffers.push(block.values.buffer as ArrayBuffer);
  return buffers;
}

function slabsOf(box: Box): Box[] {
  const [nx, ny, nz] = sizeOf(box);
  const thick = Math.max(1, Math.floor(SLAB_VOXELS / product([nx, ny, 1])));
  const slabs: Box[] = [];
  for (let k = 0; k < nz; k += thick) {
    const low: Triple = [box.low[0], box.low[1], box.low[2] + k];
    const high: Triple = [box.high[0], box.high[1], Math.min(box.high[2], low[2] + thick - 1)];
    slabs.push({ low, high });
  }
  return slabs;
}

function nothing(sentence: string): Outcome {
  return { voxels: 0, sentence };
}
