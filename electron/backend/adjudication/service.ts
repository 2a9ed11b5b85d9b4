// Adjudication: where sealed reads differ, and the read in which a consensus of them is drawn, with every step told.
import {
  nameOfTake,
  type Consensus,
  type Disagreement,
  type Outcome,
  type Take,
  type VoteSource,
} from '../../contract/adjudication.ts';
import type { Grid } from '../../contract/geometry.ts';
import type { Read } from '../../contract/reads.ts';
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
import type { Editor, ReadService } from '../reads/service.ts';
import { gridOf, inputOf, rowOf, shown, journalOf, type Provenance } from './consensus.ts';

/** A consensus by its id, or sealed reads of one case. */
export type Inputs = { consensus: string } | { reads: readonly string[] };

export interface AdjudicationService {
  /** Begins with the majority vote of sealed reads of one case. Throws Problem `reads-not-together`, `read-not-sealed`. */
  start(study: OpenStudy, readIds: string[], by: Person): Promise<Consensus>;
  list(study: OpenStudy, caseId: string | null): Promise<Consensus[]>;
  /** Throws Problem `consensus-not-found`, as all below. */
  show(study: OpenStudy, id: string): Promise<Consensus>;
  /** The read in which it is drawn, with a lease. Throws Problem `consensus-sealed`, `read-open-elsewhere`. */
  open(study: OpenStudy, id: string): Promise<Read>;
  /** Throws Problem `reads-not-together`, `read-not-sealed`, as the three below. */
  disagreement(study: OpenStudy, of: Inputs): Promise<Disagreement>;
  /** Mask bytes: 1 where the inputs differ. */
  map(study: OpenStudy, of: Inputs): Promise<Uint8Array>;
  /** Mask bytes of the vote entropy: 255 is the most that so many readers can have, 0 where all agree. */
  entropy(study: OpenStudy, of: Inputs): Promise<Uint8Array>;
  /** Mask bytes of the majority vote or of STAPLE. */
  vote(study: OpenStudy, of: Inputs, source: VoteSource): Promise<Uint8Array>;
  mask(study: OpenStudy, id: string): Promise<Uint8Array>;
  /** Whose labels the consensus has now, region by region. */
  outcome(study: OpenStudy, id: string): Promise<Outcome>;
  /**
   * One more step of its journal. With no lease in `editor`, one is taken for as long as it lasts. Throws Problem
   * `consensus-sealed`, `source-unknown`, `region-unknown`, `box-outside`, `nothing-to-take`, `lease-lost`,
   * `read-open-elsewhere`.
   */
  take(study: OpenStudy, id: string, step: Take, editor: Editor): Promise<Consensus>;
  /** Undoes the last step, whatever it was. Throws Problem `nothing-to-take-back`. */
  takeBack(study: OpenStudy, id: string, editor: Editor): Promise<Consensus>;
  seal(study: OpenStudy, id: string, editor: Editor): Promise<Consensus>;
}

type Asked = DisagreementTask extends infer T
  ? T extends unknown
    ? Omit<T, 'grid' | 'reads' | 'masks'>
    : never
  : never;

export function createAdjudicationService(needs: {
  masks: Pick<MaskService, 'revisionBytes' | 'compose' | 'append' | 'reverse' | 'seal'>;
  reads: Pick<ReadService, 'startConsensus' | 'openConsensus' | 'release'>;
  run(task: DisagreementTask): Promise<DisagreementOutcome>;
}): AdjudicationService {
  const { masks, reads } = needs;

  async function ask(study: OpenStudy, inputs: Provenance['inputs'], asked: Asked) {
    const grid = await gridOf(study.database.read, inputs[0].revisionId);
    const bytes = await Promise.all(inputs.map((input) => masks.revisionBytes(study, input.revisionId)));
    return needs.run({
      ...asked,
      grid,
      reads: inputs.map((input) => input.readId),
      masks: bytes,
    } as DisagreementTask);
  }

  async function inputsOf(study: OpenStudy, of: Inputs): Promise<Provenance['inputs']> {
    if ('consensus' in of) return (await rowOf(study.database.read, of.consensus)).provenance.inputs;
    return (await together(study.database.read, of.reads)).map(inputOf);
  }

  const describe = async (study: OpenStudy, of: Inputs) =>
    (await ask(study, await inputsOf(study, of), { do: 'describe' })) as Disagreement;

  async function presentMask(study: OpenStudy, id: string): Promise<Uint8Array> {
    const { row } = await rowOf(study.database.read, id);
    if (row.state === 'sealed' || row.readId === null) return masks.revisionBytes(study, row.revision_id);
    return (await masks.compose(study, row.readId)).bytes;
  }

  /** Runs `work` on the draft under the window's lease, or under one of its own. */
  async function drawing<T>(
    study: OpenStudy,
    id: string,
    editor: Editor,
    work: (readId: string, editor: Editor) => Promise<T>,
  ): Promise<T> {
    const { row } = await rowOf(study.database.read, id);
    requireDraft(row);
    if (editor.lease !== null && row.readId !== null) return work(row.readId, editor);
    const read = await reads.openConsensus(study, id);
    const own = { person: editor.person, lease: read.lease };
    try {
      return await work(read.id, own);
    } finally {
      await reads.release(study, read.id, own);
    }
  }

  return {
    async start(study, readIds, by) {
      const inputs = await together(study.database.read, readIds);
      const provenance: Provenance = { inputs: inputs.map(inputOf), steps: [] };
      const mask = (await ask(study, provenance.inputs, { do: 'decide', steps: [] })) as ComposedMask;
      const id = newId();
      await study.database.write(async (tx) => {
        const at = new Date(study.now()).toISOString();
        const { caseId } = inputs[0];
        const base = await insertVote(tx, caseId, id, mask, at);
        await tx
          .insertInto('consensus')
          .values({
            id,
            case_id: caseId,
            state: 'draft',
            revision_id: base,
            provenance: JSON.stringify(provenance),
            created_by: by.id,
            created_at: at,
            sealed_at: null,
          })
          .execute();
        await reads.startConsensus(tx, { consensusId: id, base });
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
    show: (study, id) => shown(study.database.read, id),
    async open(study, id) {
      return reads.openConsensus(study, id);
    },
    disagreement: describe,
    async map(study, of) {
      return (await ask(study, await inputsOf(study, of), { do: 'map' })) as Uint8Array;
    },
    async entropy(study, of) {
      return (await ask(study, await inputsOf(study, of), { do: 'entropy' })) as Uint8Array;
    },
    async vote(study, of, source) {
      return (await ask(study, await inputsOf(study, of), { do: 'vote', source })) as Uint8Array;
    },
    mask: presentMask,
    async outcome(study, id) {
      const present = await presentMask(study, id);
      return (await ask(study, await inputsOf(study, { consensus: id }), {
        do: 'outcome',
        present,
      })) as Outcome;
    },
    async take(study, id, step, editor) {
      const { row, provenance } = await rowOf(study.database.read, id);
      requireDraft(row);
      const { inputs } = provenance;
      const grid = await gridOf(study.database.read, inputs[0].revisionId);
      await requireSensible(step, inputs, grid, () => describe(study, { consensus: id }));
      const ids = inputs.map((input) => input.readId);
      await drawing(study, id, editor, async (readId, own) => {
        const { bytes: present, seq } = await masks.compose(study, readId);
        const bytes = (await ask(study, inputs, { do: 'take', step, present })) as Uint8Array;
        if (bytes.length === 0) {
          throw new Problem('nothing-to-take', 'The consensus is like that already. Nothing was changed.', {
            status: 409,
          });
        }
        const tool = nameOfTake(step, ids, grid.shape);
        await masks.append(study, readId, own, { seq: seq + 1, tool, label: 0, milliseconds: 0, bytes });
      });
      return shown(study.database.read, id);
    },
    async takeBack(study, id, editor) {
      await drawing(study, id, editor, async (readId, own) => {
        const { last, edits } = await journalOf(study.database.read, readId);
        const target = edits.at(-1)?.seq;
        if (target === undefined) {
          throw new Problem('nothing-to-take-back', 'Nothing was decided yet.', { status: 409 });
        }
        await masks.reverse(study, readId, own, { seq: last + 1, kind: 'undo', target });
      });
      return shown(study.database.read, id);
    },
    async seal(study, id, editor) {
      await drawing(study, id, editor, (readId, own) => masks.seal(study, readId, own));
      return shown(study.database.read, id);
    },
  };
}

async function together(db: Readable, readIds: readonly string[]): Promise<SealedRead[]> {
  const all = new Map((await sealedReads(db)).map((read) => [read.readId, read]));
  const inputs = [...new Set(readIds)].map((id) => all.get(id));
  if (inputs.some((input) => !input)) {
    throw new Problem('read-not-sealed', 'Only sealed reads are put together. Nothing was made.', {
      status: 409,
    });
  }
  const found = inputs as SealedRead[];
  if (found.length < 2 || new Set(found.map((read) => read.caseId)).size > 1) {
    throw new Problem(
      'reads-not-together',
      'A consensus takes two or more reads of one case. Nothing was made.',
      { status: 422 },
    );
  }
  return found;
}

async function requireSensible(
  { source, box, region }: Take,
  inputs: Provenance['inputs'],
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

function requireDraft(row: { state: 'draft' | 'sealed' }): void {
  if (row.state === 'draft') return;
  throw new Problem('consensus-sealed', 'This consensus is sealed and stays as it is. Start another one.', {
    status: 409,
  });
}

/** The vote that a consensus begins with. */
async function insertVote(tx: Writable, caseId: string, consensusId: string, mask: ComposedMask, at: string) {
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
