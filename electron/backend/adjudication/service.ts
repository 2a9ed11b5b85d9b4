// Adjudication: a consensus is a list of decisions over sealed masks, so that anyone can make it again from them.
import type { Consensus, Disagreement, Take } from '../../contract/adjudication.ts';
import type { Grid } from '../../contract/geometry.ts';
import type { Person } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import { appendAudit } from '../../database/audit.ts';
import type { Readable, Writable } from '../../database/open.ts';
import type { DisagreementOutcome, DisagreementTask } from '../../workers/disagreement-worker.ts';
import type { ComposedMask } from '../../workers/mask-work.ts';
import { sealedReads, type SealedRead } from '../agreement/service.ts';
import type { OpenStudy } from '../context.ts';
import { newId } from '../identity.ts';
import type { MaskService } from '../masks/service.ts';

interface Provenance {
  inputs: (Consensus['inputs'][number] & { revisionId: string })[];
  steps: Consensus['steps'];
}

export interface AdjudicationService {
  /** Begins with the majority vote of sealed reads of one case. Throws Problem `reads-not-together`, `read-not-sealed`. */
  start(study: OpenStudy, readIds: string[], by: Person): Promise<Consensus>;
  list(study: OpenStudy, caseId: string | null): Promise<Consensus[]>;
  /** Throws Problem `consensus-not-found`, as all below. */
  disagreement(study: OpenStudy, id: string): Promise<Disagreement>;
  /** Mask bytes: 1 where the inputs differ. */
  map(study: OpenStudy, id: string): Promise<Uint8Array>;
  mask(study: OpenStudy, id: string): Promise<Uint8Array>;
  /** One more decision. Throws Problem `consensus-sealed`, `source-unknown`, `region-unknown`, `box-outside`. */
  take(study: OpenStudy, id: string, step: Take, by: Person): Promise<Consensus>;
  /** Takes the last decision back; the trail keeps both. Throws Problem `nothing-to-take-back`. */
  takeBack(study: OpenStudy, id: string, by: Person): Promise<Consensus>;
  seal(study: OpenStudy, id: string, by: Person): Promise<Consensus>;
}

export function createAdjudicationService(needs: {
  masks: Pick<MaskService, 'revisionBytes'>;
  run(task: DisagreementTask): Promise<DisagreementOutcome>;
}): AdjudicationService {
  async function taskOf(study: OpenStudy, provenance: Provenance, what: DisagreementTask['do']) {
    const grid = await gridOf(study.database.read, provenance.inputs[0].revisionId);
    const masks = await Promise.all(
      provenance.inputs.map((input) => needs.masks.revisionBytes(study, input.revisionId)),
    );
    const reads = provenance.inputs.map((input) => input.readId);
    return { do: what, grid, reads, masks, steps: provenance.steps } satisfies DisagreementTask;
  }

  async function decided(study: OpenStudy, provenance: Provenance): Promise<ComposedMask> {
    return (await needs.run(await taskOf(study, provenance, 'decide'))) as ComposedMask;
  }

  /** Writes the mask of `provenance`; the row must still be as `before` says. */
  async function keep(
    study: OpenStudy,
    id: string,
    before: string,
    provenance: Provenance,
    entry: { actor: string; action: string; details: Record<string, unknown> },
  ): Promise<Consensus> {
    const mask = await decided(study, provenance);
    await study.database.write(async (tx) => {
      const row = await rowOf(tx, id);
      requireDraft(row);
      if (row.provenance !== before) {
        throw new Problem('study-busy', 'Somebody else decided meanwhile. Nothing was changed; look again.', {
          status: 409,
        });
      }
      const at = new Date(study.now()).toISOString();
      const revisionId = await insertMask(tx, row.case_id, id, mask, at);
      const change = { revision_id: revisionId, provenance: JSON.stringify(provenance) };
      await tx.updateTable('consensus').set(change).where('id', '=', id).execute();
      const details = { ...entry.details, sha256: mask.sha256, caseId: row.case_id };
      await appendAudit(tx, { ...entry, subject: id, details }, at);
    });
    return shown(study.database.read, id);
  }

  return {
    async start(study, readIds, by) {
      const inputs = await inputsOf(study.database.read, readIds);
      const provenance: Provenance = { inputs: inputs.map(inputOf), steps: [] };
      const mask = await decided(study, provenance);
      const id = newId();
      await study.database.write(async (tx) => {
        const at = new Date(study.now()).toISOString();
        const { caseId } = inputs[0];
        const revisionId = await insertMask(tx, caseId, id, mask, at);
        await tx
          .insertInto('consensus')
          .values({
            id,
            case_id: caseId,
            state: 'draft',
            revision_id: revisionId,
            provenance: JSON.stringify(provenance),
            created_by: by.id,
            created_at: at,
            sealed_at: null,
          })
          .execute();
        const details = { caseId, reads: readIds, sha256: mask.sha256 };
        await appendAudit(tx, { actor: by.name, action: 'consensus.started', subject: id, details }, at);
      });
      return shown(study.database.read, id);
    },
    async list(study, caseId) {
      let query = study.database.read.selectFrom('consensus').select('id').orderBy('created_at');
      if (caseId !== null) query = query.where('case_id', '=', caseId);
      const rows = await query.execute();
      return Promise.all(rows.map(({ id }) => shown(study.database.read, id)));
    },
    async disagreement(study, id) {
      const { provenance } = await parsedRow(study.database.read, id);
      return (await needs.run(await taskOf(study, provenance, 'describe'))) as Disagreement;
    },
    async map(study, id) {
      const { provenance } = await parsedRow(study.database.read, id);
      return (await needs.run(await taskOf(study, provenance, 'map'))) as Uint8Array;
    },
    async mask(study, id) {
      return needs.masks.revisionBytes(study, (await rowOf(study.database.read, id)).revision_id);
    },
    async take(study, id, step, by) {
      const { row, provenance } = await parsedRow(study.database.read, id);
      requireDraft(row);
      await requireSensible(
        step,
        provenance,
        await gridOf(study.database.read, provenance.inputs[0].revisionId),
        () => this.disagreement(study, id),
      );
      const at = new Date(study.now()).toISOString();
      const next = { ...provenance, steps: [...provenance.steps, { ...step, by: by.name, at }] };
      const entry = { actor: by.name, action: 'consensus.taken', details: { ...step } };
      return keep(study, id, row.provenance, next, entry);
    },
    async takeBack(study, id, by) {
      const { row, provenance } = await parsedRow(study.database.read, id);
      requireDraft(row);
      if (provenance.steps.length === 0) {
        throw new Problem('nothing-to-take-back', 'Nothing was decided yet.', { status: 409 });
      }
      const next = { ...provenance, steps: provenance.steps.slice(0, -1) };
      const details = { steps: next.steps.length };
      const entry = { actor: by.name, action: 'consensus.taken-back', details };
      return keep(study, id, row.provenance, next, entry);
    },
    async seal(study, id, by) {
      await study.database.write(async (tx) => {
        const row = await rowOf(tx, id);
        requireDraft(row);
        const at = new Date(study.now()).toISOString();
        await tx
          .updateTable('consensus')
          .set({ state: 'sealed', sealed_at: at })
          .where('id', '=', id)
          .execute();
        const { sha256 } = await shown(tx, id);
        const details = { sha256, caseId: row.case_id };
        await appendAudit(tx, { actor: by.name, action: 'consensus.sealed', subject: id, details }, at);
      });
      return shown(study.database.read, id);
    },
  };
}

async function inputsOf(db: Readable, readIds: readonly string[]): Promise<SealedRead[]> {
  const all = new Map((await sealedReads(db)).map((read) => [read.readId, read]));
  const inputs = [...new Set(readIds)].map((id) => all.get(id));
  if (inputs.some((input) => !input)) {
    throw new Problem('read-not-sealed', 'Only sealed reads are put together. Nothing was made.', {
      status: 409,
    });
  }
  const reads = inputs as SealedRead[];
  if (reads.length < 2 || new Set(reads.map((read) => read.caseId)).size > 1) {
    throw new Problem(
      'reads-not-together',
      'A consensus takes two or more reads of one case. Nothing was made.',
      {
        status: 422,
      },
    );
  }
  return reads;
}

function inputOf(read: SealedRead): Provenance['inputs'][number] {
  const { readId, personId, personName, round, revisionId } = read;
  return { readId, personId, name: personName, round, sha256: '', revisionId };
}

async function requireSensible(
  { source, box, region }: Take,
  { inputs }: Provenance,
  { shape }: Grid,
  describe: () => Promise<Disagreement>,
): Promise<void> {
  const known = source === 'vote' || source === 'staple' || inputs.some((input) => input.readId === source);
  if (!known) {
    throw new Problem('source-unknown', 'That read is none of those put together. Nothing was changed.', {
      status: 422,
    });
  }
  if (box && box.to.some((value, axis) => value >= shape[axis])) {
    throw new Problem('box-outside', `The box reaches out of the volume of ${shape.join(' × ')} voxels.`, {
      status: 422,
    });
  }
  if (region === undefined) return;
  const { regionsInAll } = await describe();
  if (region <= regionsInAll) return;
  throw new Problem('region-unknown', `There are ${regionsInAll} regions of disagreement, not ${region}.`, {
    status: 422,
  });
}

async function rowOf(db: Readable, id: string) {
  const row = await db.selectFrom('consensus').selectAll().where('id', '=', id).executeTakeFirst();
  if (row) return row;
  throw new Problem('consensus-not-found', 'There is no such consensus in this study.', { status: 404 });
}

async function parsedRow(db: Readable, id: string) {
  const row = await rowOf(db, id);
  return { row, provenance: JSON.parse(row.provenance) as Provenance };
}

function requireDraft(row: { state: 'draft' | 'sealed' }): void {
  if (row.state === 'draft') return;
  throw new Problem('consensus-sealed', 'This consensus is sealed and stays as it is. Start another one.', {
    status: 409,
  });
}

async function gridOf(db: Readable, revisionId: string): Promise<Grid> {
  const { grid } = await db
    .selectFrom('mask_revision')
    .innerJoin('case', 'case.id', 'mask_revision.case_id')
    .innerJoin('volume', 'volume.id', 'case.volume_id')
    .where('mask_revision.id', '=', revisionId)
    .select('volume.grid')
    .executeTakeFirstOrThrow();
  return JSON.parse(grid) as Grid;
}

async function insertMask(
  tx: Writable,
  caseId: string,
  consensusId: string,
  mask: ComposedMask,
  at: string,
): Promise<string> {
  const id = newId();
  await tx
    .insertInto('mask_revision')
    .values({
      id,
      read_id: null,
      case_id: caseId,
      kind: 'revision',
      patch_seq: 0,
      bytes: mask.zipped,
      sha256: mask.sha256,
      counts: JSON.stringify(mask.counts),
      provenance: JSON.stringify({ consensus: consensusId }),
      created_at: at,
    })
    .execute();
  return id;
}

async function shown(db: Readable, id: string): Promise<Consensus> {
  const { row, provenance } = await parsedRow(db, id);
  const ids = [row.revision_id, ...provenance.inputs.map((input) => input.revisionId)];
  const hashes = await db
    .selectFrom('mask_revision')
    .select(['id', 'sha256'])
    .where('id', 'in', ids)
    .execute();
  const hashOf = (revisionId: string) => hashes.find((one) => one.id === revisionId)?.sha256 ?? '';
  return {
    id,
    caseId: row.case_id,
    state: row.state,
    inputs: provenance.inputs.map(({ revisionId, ...input }) => ({ ...input, sha256: hashOf(revisionId) })),
    steps: provenance.steps,
    sha256: hashOf(row.revision_id),
    createdAt: row.created_at,
    sealedAt: row.sealed_at,
  };
}
