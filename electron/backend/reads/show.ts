// A read as its reader may see it: the volume without name, hash or file, and a title that tells only a place.
import type { Read } from '../../contract/reads.ts';
import type { Grid } from '../../contract/geometry.ts';
import type { Readable } from '../../database/open.ts';
import { aiRefusal } from './blinding.ts';
import { titleOf } from './worklist.ts';
import { findBase, findVolume, listStructures, type ReadRecord } from './store.ts';

export async function showRead(db: Readable, record: ReadRecord, lease: string | null): Promise<Read> {
  const volume = await findVolume(db, record.volumeId);
  return {
    id: record.id,
    title: record.consensusId === null ? titleOf(record.position) : `Consensus of ${record.caseName}`,
    round: record.round,
    state: record.state,
    version: record.version,
    volume: {
      grid: JSON.parse(volume.grid) as Grid,
      voxelType: volume.voxel_type,
      minimum: volume.minimum,
      maximum: volume.maximum,
      modality: volume.modality,
      sequence: volume.sequence,
      window: { width: volume.window_width, level: volume.window_level },
    },
    structures: await listStructures(db),
    lastSeq: record.lastSeq,
    base: await describeBase(db, record),
    activeSeconds: record.activeSeconds,
    openedAt: record.openedAt,
    sealedAt: record.sealedAt,
    sealedSha256: record.sealedSha256,
    lease,
    firstDraftAt: record.firstDraftAt,
    aiAllowed: record.state === 'draft' && aiRefusal(record) === null,
  };
}

async function describeBase(db: Readable, record: ReadRecord): Promise<Read['base']> {
  if (record.source === 'import') return { kind: 'imported', note: 'Drawn elsewhere and taken in as a file' };
  if (record.consensusId !== null) return { kind: 'revision', note: 'Majority vote of the reads' };
  const base = record.baseRevisionId ? await findBase(db, record.baseRevisionId) : undefined;
  if (!base) return { kind: 'blank', note: null };
  if (base.kind === 'proposal') return { kind: 'proposal', note: modelOf(base.provenance) };
  return {
    kind: base.kind === 'imported' ? 'imported' : 'revision',
    note: `Goes on from version ${record.version - 1}`,
  };
}

/** "MeshNet 1.0" from a proposal's provenance, which is JSON that another version may have written. */
function modelOf(provenance: string | null): string | null {
  if (!provenance) return null;
  const value = JSON.parse(provenance) as { modelName?: unknown; modelVersion?: unknown };
  if (typeof value.modelName !== 'string') return null;
  return typeof value.modelVersion === 'string'
    ? `${value.modelName} ${value.modelVersion}`
    : value.modelName;
}
