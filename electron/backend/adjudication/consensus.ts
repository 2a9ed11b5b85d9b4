// A consensus as it is told: its inputs, and the steps that stand in its journal.
import { takeOfName, type Consensus, type Take } from '../../contract/adjudication.ts';
import type { Grid } from '../../contract/geometry.ts';
import { Problem } from '../../contract/problem.ts';
import type { Readable } from '../../database/open.ts';
import type { SealedRead } from '../agreement/service.ts';
import { standingEdits } from '../masks/service.ts';

/** What the row keeps as JSON. `steps`: of a consensus made before it was drawn as a read; the journal has them since. */
export interface Provenance {
  inputs: (Consensus['inputs'][number] & { revisionId: string })[];
  steps: Consensus['steps'];
}

export function inputOf(read: SealedRead): Provenance['inputs'][number] {
  const { readId, personId, personName, round, revisionId } = read;
  return { readId, personId, name: personName, round, sha256: '', revisionId };
}

/** Throws Problem `consensus-not-found`. */
export async function rowOf(db: Readable, id: string) {
  const row = await db
    .selectFrom('consensus')
    .innerJoin('reader', 'reader.id', 'consensus.created_by')
    .leftJoin('read', 'read.consensus_id', 'consensus.id')
    .selectAll('consensus')
    .select(['reader.name as startedBy', 'read.id as readId'])
    .where('consensus.id', '=', id)
    .executeTakeFirst();
  if (!row) {
    throw new Problem('consensus-not-found', 'There is no such consensus in this study.', { status: 404 });
  }
  return { row, provenance: JSON.parse(row.provenance) as Provenance };
}

export async function gridOf(db: Readable, revisionId: string): Promise<Grid> {
  const { grid } = await db
    .selectFrom('mask_revision')
    .innerJoin('case', 'case.id', 'mask_revision.case_id')
    .innerJoin('volume', 'volume.id', 'case.volume_id')
    .where('mask_revision.id', '=', revisionId)
    .select('volume.grid')
    .executeTakeFirstOrThrow();
  return JSON.parse(grid) as Grid;
}

/** The last step of a read's journal, and its edits that stand. */
export async function journalOf(db: Readable, readId: string) {
  const rows = await db
    .selectFrom('mask_patch')
    .select(['seq', 'kind', 'target', 'tool', 'at'])
    .where('read_id', '=', readId)
    .orderBy('seq')
    .execute();
  return { last: rows.at(-1)?.seq ?? 0, edits: standingEdits(rows) };
}

export async function shown(db: Readable, id: string): Promise<Consensus> {
  const { row, provenance } = await rowOf(db, id);
  const { inputs } = provenance;
  const ids = [row.revision_id, ...inputs.map((input) => input.revisionId)];
  const hashes = await db
    .selectFrom('mask_revision')
    .select(['id', 'sha256'])
    .where('id', 'in', ids)
    .execute();
  const hashOf = (revisionId: string) => hashes.find((one) => one.id === revisionId)?.sha256 ?? '';
  const { shape } = await gridOf(db, inputs[0].revisionId);
  const reads = inputs.map((input) => input.readId);
  const edits = row.readId === null ? [] : (await journalOf(db, row.readId)).edits;
  const takes = edits.flatMap(({ tool, at }) => {
    const take: Take | null = takeOfName(tool, reads, shape);
    return take ? [{ ...take, by: row.startedBy, at }] : [];
  });
  return {
    id,
    caseId: row.case_id,
    state: row.state,
    readId: row.readId,
    inputs: inputs.map(({ revisionId, ...input }) => ({ ...input, sha256: hashOf(revisionId) })),
    steps: [...provenance.steps, ...takes],
    byHand: edits.length - takes.length,
    sha256: row.state === 'sealed' ? hashOf(row.revision_id) : null,
    startedBy: row.startedBy,
    createdAt: row.created_at,
    sealedAt: row.sealed_at,
  };
}
