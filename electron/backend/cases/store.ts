// SQL of cases and volumes.
import type { Case, VolumeFacts } from '../../contract/cases.ts';
import { orientationCode, type Grid } from '../../contract/geometry.ts';
import type { Readable, Writable } from '../../database/open.ts';
import type { Tables } from '../../database/tables.ts';

type VolumeRow = Omit<Tables['volume'], 'thumbnail' | 'frame_of_reference'>;

export function factsOf(row: Omit<VolumeRow, 'id'>): VolumeFacts {
  const original = JSON.parse(row.original_grid) as Grid;
  return {
    format: row.format,
    fileName: row.file_name,
    byteLength: row.byte_length,
    sha256: row.sha256,
    original,
    originalOrientation: orientationCode(original),
    grid: JSON.parse(row.grid) as Grid,
    voxelType: row.voxel_type,
    minimum: row.minimum,
    maximum: row.maximum,
    modality: row.modality,
    sequence: row.sequence,
    window: { width: row.window_width, level: row.window_level },
    warnings: JSON.parse(row.warnings) as string[],
  };
}

const VOLUME_COLUMNS = [
  'volume.sha256',
  'volume.file_name',
  'volume.format',
  'volume.byte_length',
  'volume.stored_path',
  'volume.series',
  'volume.original_grid',
  'volume.reorientation',
  'volume.grid',
  'volume.voxel_type',
  'volume.minimum',
  'volume.maximum',
  'volume.modality',
  'volume.sequence',
  'volume.window_width',
  'volume.window_level',
  'volume.warnings',
  'volume.created_at',
] as const;

export async function findVolume(db: Readable, volumeId: string): Promise<VolumeRow | undefined> {
  return db
    .selectFrom('volume')
    .select(['volume.id', ...VOLUME_COLUMNS])
    .where('volume.id', '=', volumeId)
    .executeTakeFirst();
}

export async function volumeIdOfCase(db: Readable, caseId: string): Promise<string | null> {
  const row = await db.selectFrom('case').select('volume_id').where('id', '=', caseId).executeTakeFirst();
  return row?.volume_id ?? null;
}

export async function thumbnailOf(db: Readable, caseId: string): Promise<Uint8Array | null> {
  const row = await db
    .selectFrom('case')
    .innerJoin('volume', 'volume.id', 'case.volume_id')
    .select('volume.thumbnail')
    .where('case.id', '=', caseId)
    .executeTakeFirst();
  return row?.thumbnail ?? null;
}

export async function listCases(db: Readable): Promise<Case[]> {
  const rows = await db
    .selectFrom('case')
    .innerJoin('volume', 'volume.id', 'case.volume_id')
    .select(['case.id as caseId', 'case.name', 'case.created_at as importedAt', ...VOLUME_COLUMNS])
    .orderBy('case.position')
    .execute();
  const counts = await db
    .selectFrom('assignment')
    .leftJoin('read', (join) =>
      join.onRef('read.assignment_id', '=', 'assignment.id').on('read.state', '<>', 'superseded'),
    )
    .select(['assignment.case_id', 'read.state'])
    .select((e) => e.fn.countAll<number>().as('n'))
    .groupBy(['assignment.case_id', 'read.state'])
    .execute();
  return rows.map(({ caseId, name, importedAt, ...volume }) => {
    const ofCase = counts.filter((count) => count.case_id === caseId);
    const sum = (state?: string) =>
      ofCase
        .filter((c) => state === undefined || c.state === state)
        .reduce((total, c) => total + Number(c.n), 0);
    return {
      id: caseId,
      name,
      importedAt,
      volume: factsOf(volume),
      reads: { assigned: sum(), drafts: sum('draft'), sealed: sum('sealed') },
    };
  });
}

/** The case that holds a volume already, by the hash of its files. */
export async function caseWithHash(db: Readable, sha256: string): Promise<string | null> {
  const row = await db
    .selectFrom('case')
    .innerJoin('volume', 'volume.id', 'case.volume_id')
    .where('volume.sha256', '=', sha256)
    .select('case.name')
    .executeTakeFirst();
  return row?.name ?? null;
}

/** The id of a volume that the study has, whatever for. */
export async function volumeWithHash(db: Readable, sha256: string): Promise<string | null> {
  const row = await db.selectFrom('volume').select('id').where('sha256', '=', sha256).executeTakeFirst();
  return row?.id ?? null;
}

export async function caseNames(db: Readable): Promise<{ id: string; name: string }[]> {
  return db.selectFrom('case').select(['id', 'name']).orderBy('position').execute();
}

/** `volume`: a row, or the id of one that is there. */
export async function insertCase(
  db: Writable,
  added: { id: string; name: string; at: string; volume: Tables['volume'] | string },
): Promise<void> {
  const { volume } = added;
  if (typeof volume !== 'string') await db.insertInto('volume').values(volume).execute();
  const last = await db
    .selectFrom('case')
    .select((e) => e.fn.max('position').as('position'))
    .executeTakeFirst();
  await db
    .insertInto('case')
    .values({
      id: added.id,
      name: added.name,
      volume_id: typeof volume === 'string' ? volume : volume.id,
      position: (last?.position ?? -1) + 1,
      created_at: added.at,
    })
    .execute();
}
