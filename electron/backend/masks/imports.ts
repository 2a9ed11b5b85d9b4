// Masks drawn in other tools, taken in as sealed reads.
import { Problem } from '../../contract/problem.ts';
import { appendAudit } from '../../database/audit.ts';
import type { MaskClient } from '../../workers/mask-client.ts';
import type { ComposedMask } from '../../workers/mask-work.ts';
import type { OpenStudy } from '../context.ts';
import { sealOfMeasurements, type AssignmentKey, type ReadService } from '../reads/service.ts';
import { labelsIn, requireLabels } from './labels.ts';
import { gridsOfCase, insertRevision, labelsOfStudy } from './store.ts';

/** Where a mask came from: kept with it and in the audit trail. */
export interface MaskSource {
  fileName: string;
  /** SHA-256 of the file. */
  sha256: string;
}

export interface SealedImport extends AssignmentKey {
  /** Mask bytes on the case's canonical grid. */
  bytes: Uint8Array;
  source: MaskSource;
  /** Who takes it in: a coordinator's name, or `command line`. */
  actor: string;
}

export function createImports(needs: { reads: ReadService; client: MaskClient }) {
  const { reads, client } = needs;

  /**
   * Takes in a mask as a sealed read of an assignment that has none. Throws Problem `case-not-found`,
   * `assignment-not-found`, `read-exists`, `label-unknown`, `mask-bytes-damaged`.
   */
  async function importSealed(study: OpenStudy, mask: SealedImport): Promise<{ readId: string }> {
    const grids = await gridsOf(study, mask.caseId);
    return store(study, mask, await client.pack(mask.bytes, grids.voxels));
  }

  /**
   * Reads a mask file whose grid is the imported image's, and takes it in as `importSealed` does. Throws besides
   * Problem `mask-grid-differs`, naming the difference, and whatever reading the file throws.
   */
  async function importMask(
    study: OpenStudy,
    of: AssignmentKey & { path: string; actor: string },
  ): Promise<{ readId: string }> {
    const grids = await gridsOf(study, of.caseId);
    const { mask, source } = await client.readFile(of.path, grids.reorientation);
    return store(study, { ...of, source }, mask);
  }

  async function store(
    study: OpenStudy,
    of: AssignmentKey & { source: MaskSource; actor: string },
    mask: ComposedMask,
  ): Promise<{ readId: string }> {
    requireLabels(labelsIn(mask.counts), await labelsOfStudy(study.database.read), of.source.fileName);
    const started = await study.database.write(async (tx) => {
      const record = await reads.startImported(tx, of);
      const at = new Date(reads.now()).toISOString();
      const revisionId = await insertRevision(tx, {
        readId: record.id,
        caseId: of.caseId,
        kind: 'imported',
        patchSeq: 0,
        mask,
        provenance: of.source,
        at,
      });
      await reads.markSealed(tx, record.id, { at, revisionId, sha256: mask.sha256 });
      const details = {
        sha256: mask.sha256,
        counts: mask.counts,
        file: of.source.fileName,
        fileSha256: of.source.sha256,
        caseId: of.caseId,
        round: of.round,
        // None, and none may come later.
        ...(await sealOfMeasurements(tx, record.id)),
      };
      await appendAudit(tx, { actor: of.actor, action: 'read.imported', subject: record.id, details }, at);
      return record;
    });
    const onlyFor = { personId: of.personId };
    study.events.publish({ type: 'read', readId: started.id, change: 'sealed' }, onlyFor);
    return { readId: started.id };
  }

  return { importSealed, importMask };
}

async function gridsOf(study: OpenStudy, caseId: string) {
  const grids = await gridsOfCase(study.database.read, caseId);
  if (!grids) throw new Problem('case-not-found', 'There is no such case in this study.', { status: 404 });
  return grids;
}
