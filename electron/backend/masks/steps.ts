// Strokes, undo and redo: each is one row in one transaction, on disk before it is acknowledged.
import { zstdCompressSync, zstdDecompressSync, zstdCompress } from 'node:zlib';
import { promisify } from 'node:util';
import { describePatch } from '../../contract/mask-bytes.ts';
import { Problem } from '../../contract/problem.ts';
import type { Writable } from '../../database/open.ts';
import type { MaskClient } from '../../workers/mask-client.ts';
import type { OpenStudy } from '../context.ts';
import { requireLabels } from './labels.ts';
import type { Editor, ReadRecord, ReadService } from '../reads/service.ts';
import type { LiveRead, LiveReads } from './live.ts';
import { SNAPSHOT_EVERY, type Snapshots } from './snapshots.ts';
import { findPatch, insertPatch, patchBytes } from './store.ts';

export const MOST_PATCH_BYTES = 64 * 1024 * 1024;
/** Above this, packing leaves the request thread. */
const SMALL = 256 * 1024;
const compressAside = promisify(zstdCompress);

export interface Stroke {
  seq: number;
  tool: string;
  label: number;
  milliseconds: number;
  /** Patch bytes (contract/mask-bytes) on the present mask. */
  bytes: Uint8Array;
}
export interface Reversal {
  seq: number;
  kind: 'undo' | 'redo';
  target: number;
}
export interface Acknowledged {
  seq: number;
  at: string;
}

interface Needs {
  reads: ReadService;
  client: MaskClient;
  live: LiveReads;
  snapshots: Snapshots;
}
/** What a step did, to be repeated in memory once it is on disk. */
interface Stored {
  acknowledged: Acknowledged;
  record: ReadRecord;
  remember: (() => void) | null;
}
type Attempt = (tx: Writable, record: ReadRecord) => Promise<Stored | 'not-loaded'>;

export function createSteps(needs: Needs) {
  const { reads, client, live, snapshots } = needs;

  /** Runs `attempt` in a transaction, after loading the read into memory where that is needed. */
  function inTransaction(study: OpenStudy, readId: string, editor: Editor, attempt: Attempt) {
    return live.inTurn(study, readId, async () => {
      for (let tries = 0; tries < 3; tries++) {
        const stored = await study.database.write(async (tx) =>
          attempt(tx, await reads.editable(tx, readId, editor)),
        );
        if (stored !== 'not-loaded') {
          stored.remember?.();
          const { seq } = stored.acknowledged;
          if (stored.remember && seq % SNAPSHOT_EVERY === 0) snapshots.request(study, readId, seq);
          return stored.acknowledged;
        }
        await live.load(study, client, await reads.editable(study.database.read, readId, editor));
      }
      throw new Problem(
        'study-busy',
        'Another program keeps changing this read. Nothing was stored; close it there and try again.',
        { status: 409 },
      );
    });
  }

  /**
   * Appends a stroke. Sending the same stroke again (its answer was lost) is acknowledged and not stored twice.
   * Throws Problem `patch-empty`, `patch-too-large`, `patch-bytes-damaged`, `patch-out-of-order`, `patch-does-not-fit`,
   * `label-unknown`, `lease-lost`, `read-sealed`, `read-not-found`.
   */
  async function append(study: OpenStudy, readId: string, editor: Editor, stroke: Stroke) {
    const { seq, bytes } = stroke;
    requireSize(bytes);
    const zipped = bytes.length > SMALL ? await compressAside(bytes) : zstdCompressSync(bytes);
    return inTransaction(study, readId, editor, async (tx, record) => {
      if (seq <= record.lastSeq) return sameStroke(tx, record, stroke);
      requireNext(record, seq);
      // What is asked before the mask is answered before its first stroke.
      await reads.requireDrawable(tx, record);
      const entry = live.peek(study, record);
      if (!entry) return 'not-loaded';
      const { voxels, labels } = describePatch(bytes, entry.voxels);
      requireLabels([...labels, stroke.label], entry.labels);
      requireFit(entry, bytes, 'do', seq);
      const at = new Date(reads.now()).toISOString();
      await insertPatch(tx, {
        read_id: readId,
        seq,
        kind: 'edit',
        target: null,
        tool: stroke.tool,
        label: stroke.label,
        voxels,
        milliseconds: stroke.milliseconds,
        bytes: zipped,
        at,
      });
      await reads.renew(tx, readId);
      const remember = () => advance(entry, { seq, kind: 'edit', target: null }, bytes);
      return { acknowledged: { seq, at }, record, remember };
    });
  }

  /** Takes back or repeats an edit by a row of its own. Throws Problem `not-the-last-step` and those of `append`. */
  function reverse(study: OpenStudy, readId: string, editor: Editor, step: Reversal) {
    const { seq, kind, target } = step;
    return inTransaction(study, readId, editor, async (tx, record) => {
      if (seq <= record.lastSeq) return sameReversal(tx, record, step);
      requireNext(record, seq);
      const entry = live.peek(study, record);
      if (!entry) return 'not-loaded';
      entry.stacks.require(kind, target);
      const edit = await findPatch(tx, readId, target);
      const zipped = await patchBytes(tx, readId, target);
      if (!edit || !zipped) throw new Problem('mask-damaged', `Step ${target} is missing.`, { status: 422 });
      const bytes = zstdDecompressSync(zipped);
      requireFit(entry, bytes, kind === 'undo' ? 'undo' : 'do', seq);
      const at = new Date(reads.now()).toISOString();
      await insertPatch(tx, {
        read_id: readId,
        seq,
        kind,
        target,
        tool: edit.tool,
        label: edit.label,
        voxels: edit.voxels,
        milliseconds: 0,
        bytes: null,
        at,
      });
      await reads.renew(tx, readId);
      return { acknowledged: { seq, at }, record, remember: () => advance(entry, step, bytes) };
    });
  }

  return { append, reverse };
}

function advance(
  entry: LiveRead,
  row: { seq: number; kind: 'edit' | 'undo' | 'redo'; target: number | null },
  bytes: Uint8Array,
): void {
  entry.mask.apply(bytes, row.kind === 'undo' ? 'undo' : 'do');
  entry.stacks.add(row);
  entry.seq = row.seq;
}

async function sameStroke(tx: Writable, record: ReadRecord, stroke: Stroke): Promise<Stored> {
  const row = await findPatch(tx, record.id, stroke.seq);
  const same =
    row?.kind === 'edit' &&
    row.bytes !== null &&
    row.tool === stroke.tool &&
    row.label === stroke.label &&
    Buffer.compare(zstdDecompressSync(row.bytes), stroke.bytes) === 0;
  if (!row || !same) throw outOfOrder(record, stroke.seq);
  return { acknowledged: { seq: row.seq, at: row.at }, record, remember: null };
}

async function sameReversal(tx: Writable, record: ReadRecord, step: Reversal): Promise<Stored> {
  const row = await findPatch(tx, record.id, step.seq);
  if (!row || row.kind !== step.kind || row.target !== step.target) throw outOfOrder(record, step.seq);
  return { acknowledged: { seq: row.seq, at: row.at }, record, remember: null };
}

function requireSize(bytes: Uint8Array): void {
  if (bytes.length === 0) {
    throw new Problem('patch-empty', 'This stroke changes nothing, so there is nothing to store.');
  }
  if (bytes.length > MOST_PATCH_BYTES) {
    throw new Problem(
      'patch-too-large',
      'This change is larger than 64 MB and was not stored. Do it in smaller parts.',
      { status: 413 },
    );
  }
}

function requireNext(record: ReadRecord, seq: number): void {
  if (seq !== record.lastSeq + 1) throw outOfOrder(record, seq);
}

function outOfOrder(record: ReadRecord, seq: number): Problem {
  return new Problem(
    'patch-out-of-order',
    `Step ${seq} does not follow: step ${record.lastSeq + 1} is expected. It was not stored; reload the read to go on from what is.`,
    { status: 409, fields: [{ path: 'seq', message: `expected ${record.lastSeq + 1}` }] },
  );
}

function requireFit(entry: LiveRead, bytes: Uint8Array, direction: 'do' | 'undo', seq: number): void {
  const voxel = entry.mask.misfit(bytes, direction);
  if (voxel === null) return;
  throw new Problem(
    'patch-does-not-fit',
    `Step ${seq} was drawn on another mask than the one stored (voxel ${voxel} is ${entry.mask.label(voxel)} there). It was not stored; reload the read to go on from what is.`,
    { status: 422 },
  );
}
