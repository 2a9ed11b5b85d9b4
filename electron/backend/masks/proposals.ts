// AI masks: immutable, kept beside the read; the read's base when nothing was drawn yet, else one undoable edit.
import { zstdCompress } from 'node:zlib';
import { promisify } from 'node:util';
import { Problem } from '../../contract/problem.ts';
import { appendAudit } from '../../database/audit.ts';
import type { MaskClient } from '../../workers/mask-client.ts';
import type { OpenStudy } from '../context.ts';
import type { ReadRecord, ReadService } from '../reads/service.ts';
import { loadComposition } from './compose.ts';
import { labelsIn, requireLabels } from './labels.ts';
import type { LiveReads } from './live.ts';
import { findRevision, insertPatch, insertRevision, labelsOfStudy } from './store.ts';

const compress = promisify(zstdCompress);

export interface NewProposal {
  readId: string;
  /** Mask bytes on the case's canonical grid, labels already those of the study. */
  bytes: Uint8Array;
  /** How it came about (contract/models Provenance), kept for ever. */
  provenance: unknown;
  /** Who asked; the audit trail names them. The reader when absent. */
  actor?: string;
  /** Asked inside the transaction: false (cancelled meanwhile, say) leaves everything as it is. */
  leaseCheck?: () => boolean | Promise<boolean>;
}
export interface AddedProposal {
  revisionId: string;
  /** Whether it lies under the read, was appended as an edit, or equals the mask that is there already. */
  as: 'base' | 'edit' | 'same';
  lastSeq: number;
}

export function createProposals(needs: { reads: ReadService; client: MaskClient; live: LiveReads }) {
  const { reads, client, live } = needs;

  /**
   * Adds a proposal to a draft; strokes sent meanwhile wait until it is in. Throws Problem `read-not-found`,
   * `read-sealed`, `ai-not-allowed` and `ai-not-yet` (by the arm), `label-unknown`, `mask-bytes-damaged`, `proposal-not-wanted`.
   */
  function addProposal(study: OpenStudy, proposal: NewProposal): Promise<AddedProposal> {
    const { readId } = proposal;
    return live.inTurn(study, readId, async () => {
      const db = study.database.read;
      const record = draftOf(reads, await reads.record(db, readId));
      const { snapshotSeq: _none, ...composition } = await loadComposition(db, record, record.lastSeq);
      const compared = await client.compare(composition, proposal.bytes);
      requireLabels(labelsIn(compared.proposal.counts), await labelsOfStudy(db), 'The AI mask');
      const asBase = record.lastSeq === 0 && (await baseMayGiveWay(study, record));
      const zippedPatch = asBase || compared.patch.length === 0 ? null : await compress(compared.patch);
      const added = await study.database.write(async (tx): Promise<AddedProposal> => {
        const now = draftOf(reads, await reads.record(tx, readId));
        await reads.requireDrawable(tx, now);
        if (now.lastSeq !== record.lastSeq || now.baseRevisionId !== record.baseRevisionId) throw changed();
        if (proposal.leaseCheck && !(await proposal.leaseCheck())) throw notWanted();
        const at = new Date(reads.now()).toISOString();
        const revisionId = await insertRevision(tx, {
          readId,
          caseId: record.caseId,
          kind: 'proposal',
          patchSeq: record.lastSeq,
          mask: compared.proposal,
          provenance: proposal.provenance,
          at,
        });
        let lastSeq = record.lastSeq;
        if (asBase) await reads.setBase(tx, readId, revisionId);
        else if (zippedPatch) {
          lastSeq++;
          await insertPatch(tx, {
            read_id: readId,
            seq: lastSeq,
            kind: 'edit',
            target: null,
            tool: 'AI proposal',
            label: 0,
            voxels: compared.voxels,
            milliseconds: 0,
            bytes: zippedPatch,
            at,
          });
        }
        const as = asBase ? 'base' : zippedPatch ? 'edit' : 'same';
        const details = { revisionId, sha256: compared.proposal.sha256, as, provenance: proposal.provenance };
        const actor = proposal.actor ?? record.personName;
        await appendAudit(tx, { actor, action: 'read.proposal', subject: readId, details }, at);
        return { revisionId, as, lastSeq };
      });
      live.drop(study, readId);
      study.events.publish({ type: 'read', readId, change: 'base' }, { personId: record.personId });
      return added;
    });
  }

  /** Only an empty base or a former proposal is replaced; an earlier sealed version is the reader's own work. */
  async function baseMayGiveWay(study: OpenStudy, record: ReadRecord): Promise<boolean> {
    if (!record.baseRevisionId) return true;
    return (await findRevision(study.database.read, record.baseRevisionId))?.kind === 'proposal';
  }

  return { addProposal };
}

function draftOf(reads: ReadService, record: ReadRecord | null): ReadRecord {
  if (!record) throw new Problem('read-not-found', 'There is no such read in this study.', { status: 404 });
  if (record.state !== 'draft') {
    throw new Problem('read-sealed', 'The read was sealed meanwhile, so the AI mask was not added.', {
      status: 409,
    });
  }
  reads.requireAi(record);
  return record;
}

function changed(): Problem {
  return new Problem(
    'study-busy',
    'Another program changed this read meanwhile. The AI mask was not added; ask for it again.',
    { status: 409 },
  );
}

function notWanted(): Problem {
  return new Problem('proposal-not-wanted', 'The AI mask was no longer wanted and was not added.', {
    status: 409,
  });
}
