// The read's steps: strokes out in order, undo and redo without a limit, and what became of the last one.
import { describePatch, encodePatch, forEachPatchRun } from '../../electron/contract/mask-bytes.ts';
import { Problem } from '../../electron/contract/problem.ts';
import type { PatchEntry } from '../../electron/contract/reads.ts';
import type { LabelVolume } from './label-volume.ts';
import { PatchCache } from './patch-cache.ts';

/** Where steps are stored, in order; a step is on disk when its promise resolves. */
export interface PatchSink {
  append(
    bytes: Uint8Array<ArrayBuffer>,
    meta: { tool: string; label: number; milliseconds: number },
  ): Promise<{ seq: number }>;
  undo(target: number): Promise<{ seq: number }>;
  redo(target: number): Promise<{ seq: number }>;
}

export interface NewStep {
  bytes: Uint8Array<ArrayBuffer>;
  voxels: number;
  tool: string;
  label: number;
  milliseconds: number;
}

/** saved: everything is on disk. failed: it waits, and `retry` tries again. lost: this window may write no more. */
export type SaveState =
  | { kind: 'saved'; at: number | null }
  | { kind: 'saving'; since: number }
  | { kind: 'failed'; problem: Problem; waiting: number }
  | { kind: 'lost'; problem: Problem };

/** Refusals after which nothing from this window can be stored any more. */
const FINAL = new Set([
  'lease-lost',
  'read-sealed',
  'read-not-found',
  'sign-in-needed',
  'patch-out-of-order',
  'patch-does-not-fit',
]);

/** Refusals of a step because another one, an AI mask that came in, was stored before it. */
const OUTRUN = new Set(['patch-out-of-order', 'patch-does-not-fit']);
/** Strokes are drawn anew on a newer mask so many times in a row, then they are given up. */
const MOST_AGAIN = 3;

interface Pending {
  seq: number;
  kind: PatchEntry['kind'];
  target: number | null;
  bytes: Uint8Array<ArrayBuffer>;
  send: () => Promise<{ seq: number }>;
  /** The edit itself; null for undo and redo. */
  edit: NewStep | null;
}

export class Journal {
  /** Every step in order, as the history shows them. */
  entries = $state.raw<PatchEntry[]>([]);
  save = $state.raw<SaveState>({ kind: 'saved', at: null });
  private readonly volume: LabelVolume;
  private readonly sink: PatchSink;
  private readonly fetchPatch: (seq: number) => Promise<Uint8Array<ArrayBuffer>>;
  private readonly bytes = new PatchCache();
  private readonly pending: Pending[] = [];
  private sending = false;
  /** Undo and redo that wait for bytes keep their turn. */
  private turn: Promise<void> = Promise.resolve();
  private cancelStroke: () => boolean = () => false;
  private readonly onOutrun: () => void;
  /** Edits that were refused because of a newer mask, until it is here. */
  private outrun: NewStep[] = [];
  private again = 0;

  constructor(needs: {
    volume: LabelVolume;
    sink: PatchSink;
    entries: PatchEntry[];
    fetchPatch: (seq: number) => Promise<Uint8Array<ArrayBuffer>>;
    /** Called when the mask is newer in the database than here: load it, then call `loaded`. */
    onOutrun?: () => void;
  }) {
    this.onOutrun = needs.onOutrun ?? (() => undefined);
    this.volume = needs.volume;
    this.sink = needs.sink;
    this.entries = needs.entries;
    this.fetchPatch = needs.fetchPatch;
  }

  /** Seqs of the edits that undo would take back, oldest first, and of those that redo would bring again. */
  stacks = $derived.by(() => stacksOf(this.entries));
  get canUndo(): boolean {
    return this.writable && this.stacks.undo.length > 0;
  }
  get canRedo(): boolean {
    return this.writable && this.stacks.redo.length > 0;
  }
  get writable(): boolean {
    return this.save.kind !== 'lost';
  }

  /** `cancel` takes back a stroke under way, if there is one: no other step fits while it is in the volume. */
  watchStroke(cancel: () => boolean): void {
    this.cancelStroke = cancel;
  }

  /** Records a step that is in the volume already. When nothing can be stored any more, it is taken off again. */
  add(step: NewStep): void {
    if (!this.writable) {
      this.volume.apply(step.bytes, 'undo');
      return;
    }
    const { bytes, tool, label, milliseconds } = step;
    const seq = this.nextSeq();
    this.bytes.set(seq, bytes);
    this.enqueue(
      {
        seq,
        kind: 'edit',
        target: null,
        bytes,
        send: () => this.sink.append(bytes, { tool, label, milliseconds }),
        edit: step,
      },
      { tool, label, voxels: step.voxels },
    );
  }

  /** Takes the last step back, here at once and in the database next. */
  undo(): Promise<void> {
    return this.inTurn(() => this.reverse('undo'));
  }
  redo(): Promise<void> {
    return this.inTurn(() => this.reverse('redo'));
  }

  /**
   * Goes to the state right after the edit `seq`, or to the beginning (null), step by step: each is stored as the undo or
   * redo that it is. Stays where it is when the edit is on neither stack any more.
   */
  goTo(seq: number | null): Promise<void> {
    return this.inTurn(async () => {
      const { undo, redo } = this.stacks;
      const back = seq === null ? undo.length : undo.length - 1 - undo.lastIndexOf(seq);
      const steps = seq === null || undo.includes(seq) ? back : redo.length - redo.indexOf(seq);
      if (seq !== null && !undo.includes(seq) && !redo.includes(seq)) return;
      const kind = seq === null || undo.includes(seq) ? 'undo' : 'redo';
      for (let n = 0; n < steps && this.writable; n++) {
        const before = this.entries.length;
        await this.reverse(kind);
        // The hand drew meanwhile: what was asked for is no longer the way it was.
        if (this.entries.length !== before + 1) return;
      }
    });
  }

  /** Tries again to store what waits. */
  retry(): void {
    if (this.save.kind === 'failed') void this.drain();
  }

  /** Resolves when nothing waits any more; false when something could not be stored. */
  async settled(): Promise<boolean> {
    await this.turn;
    while (this.sending) await new Promise((resolve) => setTimeout(resolve, 10));
    return this.pending.length === 0 && this.save.kind !== 'lost';
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async reverse(kind: 'undo' | 'redo'): Promise<void> {
    // Undo in the middle of a stroke means that stroke.
    if (this.cancelStroke() && kind === 'undo') return;
    const target = this.stacks[kind].at(-1);
    if (target === undefined || !this.writable) return;
    let bytes = this.bytes.get(target);
    if (!bytes) {
      bytes = await this.fetchPatch(target);
      this.bytes.set(target, bytes);
      // The hand went on drawing meanwhile: what was asked for is no longer on top.
      this.cancelStroke();
      if (this.stacks[kind].at(-1) !== target || !this.writable) return;
    }
    const edit = this.entries.find((entry) => entry.seq === target)!;
    this.volume.apply(bytes, kind === 'undo' ? 'undo' : 'do');
    const send = () => this.sink[kind](target);
    const { tool, label, voxels } = edit;
    this.enqueue({ seq: this.nextSeq(), kind, target, bytes, send, edit: null }, { tool, label, voxels });
  }

  private nextSeq(): number {
    return (this.entries.at(-1)?.seq ?? 0) + 1;
  }

  private enqueue(pending: Pending, facts: Pick<PatchEntry, 'tool' | 'label' | 'voxels'>): void {
    const { seq, kind, target } = pending;
    this.entries = [...this.entries, { seq, kind, target, ...facts, at: new Date().toISOString() }];
    this.pending.push(pending);
    void this.drain();
  }

  /** Sends what waits, one after another: a step is never sent before the one before it is on disk. */
  private async drain(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    this.save = { kind: 'saving', since: Date.now() };
    while (this.pending.length > 0) {
      try {
        await this.pending[0].send();
        this.pending.shift();
        this.bytes.trim(this.pending[0]?.seq ?? Infinity);
        this.again = 0;
      } catch (error) {
        this.sending = false;
        this.failed(error);
        return;
      }
    }
    this.sending = false;
    this.save = { kind: 'saved', at: Date.now() };
  }

  private failed(error: unknown): void {
    const problem =
      error instanceof Problem
        ? error
        : new Problem('not-stored', 'The last step could not be stored. It is kept here; try again.', {
            cause: error,
          });
    if (!FINAL.has(problem.code)) {
      this.save = { kind: 'failed', problem, waiting: this.pending.length };
      return;
    }
    this.cancelStroke();
    // What was not stored is taken off the picture again: the page never shows what the database does not have.
    for (const step of this.pending.toReversed()) {
      this.volume.apply(step.bytes, step.kind === 'undo' ? 'do' : 'undo');
      // Another window may store a step of its own under this number.
      this.bytes.delete(step.seq);
    }
    const outrun = OUTRUN.has(problem.code) && this.again < MOST_AGAIN;
    if (outrun) this.outrun.push(...this.pending.flatMap(({ edit }) => edit ?? []));
    const stored = this.pending[0].seq;
    this.entries = this.entries.filter((entry) => entry.seq < stored);
    this.pending.length = 0;
    this.save = { kind: 'lost', problem };
    if (outrun) this.onOutrun();
  }

  /**
   * The volume now holds the mask of the database and `entries` are its steps. What was drawn on the older mask is drawn
   * on this one: every voxel of it gets the label that the hand gave it.
   */
  loaded(entries: PatchEntry[]): void {
    this.entries = entries;
    this.bytes.clear();
    if (this.save.kind === 'lost') this.save = { kind: 'saved', at: Date.now() };
    const steps = this.outrun.splice(0);
    if (steps.length > 0) this.again++;
    for (const step of steps) {
      const bytes = redrawn(step.bytes, this.volume.labels);
      const { voxels } = describePatch(bytes, this.volume.labels.length);
      if (voxels === 0) continue;
      this.volume.apply(bytes, 'do');
      this.add({ ...step, bytes, voxels });
    }
  }
}

/** The patch that gives the voxels of `patch` the same labels on the mask `labels`. */
function redrawn(patch: Uint8Array, labels: Uint8Array): Uint8Array<ArrayBuffer> {
  const indices: number[] = [];
  const after: number[] = [];
  forEachPatchRun(patch, labels.length, (start, length, _before, label) => {
    for (let index = start; index < start + length; index++) {
      indices.push(index);
      after.push(label);
    }
  });
  const before = Uint8Array.from(indices, (index) => labels[index]);
  return encodePatch(indices, before, Uint8Array.from(after));
}

/** Replays edit, undo and redo into the two stacks. A new edit empties the redo stack. */
export function stacksOf(entries: readonly PatchEntry[]): { undo: number[]; redo: number[] } {
  const undo: number[] = [];
  const redo: number[] = [];
  for (const entry of entries) {
    if (entry.kind === 'edit') {
      undo.push(entry.seq);
      redo.length = 0;
    } else if (entry.kind === 'undo') {
      undo.pop();
      redo.push(entry.target!);
    } else {
      redo.pop();
      undo.push(entry.target!);
    }
  }
  return { undo, redo };
}
