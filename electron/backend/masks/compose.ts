// Puts a read's mask together: newest snapshot or base, and the steps after it, replayed in a worker.
import { Problem } from '../../contract/problem.ts';
import type { Readable } from '../../database/open.ts';
import type { MaskClient } from '../../workers/mask-client.ts';
import type { ComposedMask, Composition } from '../../workers/mask-work.ts';
import type { ReadRecord } from '../reads/service.ts';
import { findRevision, gridsOfCase, latestSnapshot, stepsBetween } from './store.ts';

/** Everything that a worker needs to make the mask of `record` as of `upTo`. */
export async function loadComposition(
  db: Readable,
  record: Pick<ReadRecord, 'id' | 'caseId' | 'baseRevisionId'>,
  upTo: number,
  useSnapshots = true,
): Promise<Composition & { snapshotSeq: number | null }> {
  const grids = await gridsOfCase(db, record.caseId);
  if (!grids) throw new Problem('case-not-found', 'There is no such case in this study.', { status: 404 });
  const snapshot = useSnapshots ? await latestSnapshot(db, record.id, upTo) : null;
  const base = snapshot ?? (record.baseRevisionId ? await findRevision(db, record.baseRevisionId) : null);
  const rows = await stepsBetween(db, record.id, snapshot?.patch_seq ?? 0, upTo);
  return {
    voxels: grids.voxels,
    base: base ? { zipped: base.bytes, sha256: base.sha256 } : null,
    steps: rows.map((row) => ({
      seq: row.seq,
      direction: row.kind === 'undo' ? 'undo' : 'do',
      zipped: row.bytes ?? new Uint8Array(),
    })),
    snapshotSeq: snapshot?.patch_seq ?? null,
  };
}

/**
 * The mask of a read after step `upTo`. A snapshot only saves time: one that is damaged is passed over and the mask
 * made from the base. Throws Problem `stroke-does-not-fit`, `mask-damaged`.
 */
export async function composeRead(
  db: Readable,
  client: MaskClient,
  record: Pick<ReadRecord, 'id' | 'caseId' | 'baseRevisionId'>,
  upTo: number,
): Promise<ComposedMask> {
  const { snapshotSeq, ...composition } = await loadComposition(db, record, upTo);
  try {
    return await client.compose(composition);
  } catch (cause) {
    if (snapshotSeq === null || !(cause instanceof Problem)) throw cause;
    const { snapshotSeq: _none, ...whole } = await loadComposition(db, record, upTo, false);
    return client.compose(whole);
  }
}
