// Sealing: the mask as it is becomes one immutable revision, named by its SHA-256 in the read and in the audit chain.
import { appendAudit } from '../../database/audit.ts';
import type { Readable } from '../../database/open.ts';
import { isTakeName } from '../../contract/adjudication.ts';
import { Problem } from '../../contract/problem.ts';
import type { MaskClient } from '../../workers/mask-client.ts';
import type { StoredMask } from '../../workers/mask-work.ts';
import type { OpenStudy } from '../context.ts';
import { sealOfMeasurements, type Editor, type ReadService } from '../reads/service.ts';
import { loadComposition } from './compose.ts';
import { labelsIn, requireLabels } from './labels.ts';
import { standingEdits } from './journal.ts';
import type { LiveReads } from './live.ts';
import {
  dropSnapshots,
  findRevision,
  insertRevision,
  labelsOfStudy,
  listPatches,
  sealedReadIds,
  sealedRevisionOf,
  sealsInAudit,
  type AuditedSeal,
} from './store.ts';

export interface SealFault {
  readId: string;
  reason: string;
}

export interface SealVerdict {
  checked: number;
  /** Seals among them that do not cover measurements. */
  withoutMeasurements: number;
  faults: SealFault[];
}

export function createSealing(needs: { reads: ReadService; client: MaskClient; live: LiveReads }) {
  const { reads, client, live } = needs;

  /**
   * Seals a draft: replays every step from the base (no snapshot is trusted), checks labels, and writes revision,
   * state, cleared lease and audit event in one transaction. Throws Problem `read-sealed`, `lease-lost`,
   * `read-not-found`, `stroke-does-not-fit`, `mask-damaged`.
   */
  function seal(study: OpenStudy, readId: string, editor: Editor): Promise<{ sha256: string }> {
    return live.inTurn(study, readId, async () => {
      const db = study.database.read;
      const record = await reads.editable(db, readId, editor);
      await reads.requireSealable(db, record);
      const { snapshotSeq: _none, ...composition } = await loadComposition(db, record, record.lastSeq, false);
      const mask = await client.compose(composition);
      requireLabels(labelsIn(mask.counts), await labelsOfStudy(db), 'The mask');
      await study.database.write(async (tx) => {
        const now = await reads.editable(tx, readId, editor);
        if (now.lastSeq !== record.lastSeq || now.baseRevisionId !== record.baseRevisionId) {
          throw new Problem(
            'study-busy',
            'Another program changed this read while it was being sealed. It is not sealed; try again.',
            { status: 409 },
          );
        }
        await reads.requireSealable(tx, now);
        const at = new Date(reads.now()).toISOString();
        const common = { readId, caseId: record.caseId, kind: 'sealed' as const };
        const revisionId = await insertRevision(tx, { ...common, patchSeq: record.lastSeq, mask, at });
        await reads.markSealed(tx, readId, { at, revisionId, sha256: mask.sha256 });
        await dropSnapshots(tx, readId, 0);
        const details = {
          sha256: mask.sha256,
          counts: mask.counts,
          patches: record.lastSeq,
          activeSeconds: now.activeSeconds,
          caseId: record.caseId,
          round: record.round.number,
          version: record.version,
          ...(await sealOfMeasurements(tx, readId)),
        };
        const actor = editor.person.name;
        await appendAudit(tx, { actor, action: 'read.sealed', subject: readId, details }, at);
        if (record.consensusId !== null) {
          const subject = record.consensusId;
          const edits = standingEdits(await listPatches(tx, readId));
          const steps = edits.map(({ tool }) => tool).filter(isTakeName);
          const byHand = edits.length - steps.length;
          const told = { sha256: mask.sha256, caseId: record.caseId, readId, steps, byHand };
          await appendAudit(tx, { actor, action: 'consensus.sealed', subject, details: told }, at);
        }
      });
      live.drop(study, readId);
      study.events.publish({ type: 'read', readId, change: 'sealed' }, { personId: record.personId });
      return { sha256: mask.sha256 };
    });
  }

  /**
   * Checks every seal ever set: the stored mask against its checksum, that against the read's row and the audit chain,
   * and the measurements against the chain. Empty `faults` = all hold. A seal whose event names no measurements, of an
   * older Concord or carried along in a bundle, stays valid and is counted.
   */
  async function verifySeals(study: OpenStudy): Promise<SealVerdict> {
    const db = study.database.read;
    const audited = await sealsInAudit(db);
    const faults: SealFault[] = [];
    const ids = await sealedReadIds(db);
    for (const readId of ids) {
      const row = await sealedRevisionOf(db, readId);
      const revision = row?.revisionId ? await findRevision(db, row.revisionId) : null;
      if (!row || !revision) {
        faults.push({ readId, reason: 'its sealed mask is missing' });
        continue;
      }
      const wrong = await whyDamaged({ zipped: revision.bytes, sha256: row.sha256 ?? '' });
      if (wrong) faults.push({ readId, reason: wrong });
      else if (revision.sha256 !== row.sha256) {
        faults.push({ readId, reason: 'the checksum in its mask differs from the one in the read' });
      } else if (audited.get(readId)?.sha256 !== row.sha256) {
        faults.push({ readId, reason: 'the audit trail names another checksum for it' });
      } else if (await measuredOtherwise(db, readId, audited.get(readId)!)) {
        faults.push({ readId, reason: 'its measurements are not those that were sealed' });
      }
    }
    for (const readId of audited.keys()) {
      if (!ids.includes(readId))
        faults.push({ readId, reason: 'the audit trail sealed it, the study did not' });
    }
    const withoutMeasurements = ids.filter((id) => !audited.get(id)?.measurements).length;
    return { checked: ids.length, withoutMeasurements, faults };
  }

  async function measuredOtherwise(
    db: Readable,
    readId: string,
    { measurements }: AuditedSeal,
  ): Promise<boolean> {
    if (measurements === null) return false;
    return (await sealOfMeasurements(db, readId)).measurementsSha256 !== measurements;
  }

  async function whyDamaged(stored: StoredMask): Promise<string | null> {
    try {
      await client.unpack(stored);
      return null;
    } catch (cause) {
      if (cause instanceof Problem) return cause.message;
      throw cause;
    }
  }

  return { seal, verifySeals };
}
