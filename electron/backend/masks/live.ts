// What is kept in memory of the reads being drawn: undo stacks and the present mask, rebuilt from the journal at need.
import type { Readable } from '../../database/open.ts';
import type { MaskClient } from '../../workers/mask-client.ts';
import type { OpenStudy } from '../context.ts';
import type { ReadRecord } from '../reads/service.ts';
import { composeRead } from './compose.ts';
import { UndoStacks } from './journal.ts';
import { SparseMask } from './sparse-mask.ts';
import { gridsOfCase, labelsOfStudy, listPatches } from './store.ts';

export interface LiveRead {
  /** The last step that is in it; one that lags behind the database is rebuilt. */
  seq: number;
  baseRevisionId: string | null;
  voxels: number;
  labels: ReadonlySet<number>;
  stacks: UndoStacks;
  mask: SparseMask;
}

const MOST = 8;

/** A small cache, dropped from the oldest end: losing an entry costs one composition. */
export class LiveReads {
  private readonly entries = new Map<string, LiveRead>();
  private readonly turns = new Map<string, Promise<unknown>>();

  /** Runs work on one read after all work begun on it before: steps of a read never overtake one another. */
  inTurn<T>(study: OpenStudy, readId: string, work: () => Promise<T>): Promise<T> {
    const key = keyOf(study, readId);
    const before = this.turns.get(key) ?? Promise.resolve();
    const run = before.then(work, work);
    this.turns.set(key, run);
    const forget = () => {
      if (this.turns.get(key) === run) this.turns.delete(key);
    };
    run.then(forget, forget);
    return run;
  }

  /** The entry if it is as new as the database, else null. */
  peek(study: OpenStudy, record: ReadRecord): LiveRead | null {
    const key = keyOf(study, record.id);
    const entry = this.entries.get(key);
    if (!entry || entry.seq !== record.lastSeq || entry.baseRevisionId !== record.baseRevisionId) return null;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry;
  }

  /** Builds the entry of `record` from the journal; `mask` when its mask bytes are at hand already. */
  async load(study: OpenStudy, client: MaskClient, record: ReadRecord, mask?: Uint8Array): Promise<LiveRead> {
    const db: Readable = study.database.read;
    const grids = await gridsOfCase(db, record.caseId);
    const voxels = grids?.voxels ?? 0;
    const bytes = mask ?? (await composeRead(db, client, record, record.lastSeq)).bytes;
    const rows = (await listPatches(db, record.id)).filter((row) => row.seq <= record.lastSeq);
    const entry: LiveRead = {
      seq: record.lastSeq,
      baseRevisionId: record.baseRevisionId,
      voxels,
      labels: await labelsOfStudy(db),
      stacks: UndoStacks.of(rows),
      mask: SparseMask.of(bytes, voxels),
    };
    this.entries.set(keyOf(study, record.id), entry);
    for (const key of this.entries.keys()) {
      if (this.entries.size <= MOST) break;
      this.entries.delete(key);
    }
    return entry;
  }

  drop(study: OpenStudy, readId: string): void {
    this.entries.delete(keyOf(study, readId));
  }

  /** Waits until all work begun is done. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.turns.values());
  }
}

function keyOf(study: OpenStudy, readId: string): string {
  return `${study.folder}\n${study.id}/${readId}`;
}
