// Masks of reads: strokes in, whole masks out, seals, AI proposals, masks drawn elsewhere.
import { zstdDecompressSync } from 'node:zlib';
import type { PatchEntry } from '../../contract/reads.ts';
import type { Person } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import type { MaskClient } from '../../workers/mask-client.ts';
import type { OpenStudy } from '../context.ts';
import type { Editor, ReadRecord, ReadService } from '../reads/service.ts';
import { composeRead } from './compose.ts';
import { createFirstDrafts } from './first-draft.ts';
import { createImports, type SealedImport } from './imports.ts';
import { LiveReads } from './live.ts';
import { createProposals, type AddedProposal, type NewProposal } from './proposals.ts';
import { createSealing, type SealVerdict } from './seal.ts';
import { Snapshots } from './snapshots.ts';
import { createSteps, type Acknowledged, type Reversal, type Stroke } from './steps.ts';
import { findRevision, gridsOfCase, listPatches, patchBytes } from './store.ts';

export type { Acknowledged, Reversal, Stroke } from './steps.ts';
export type { AddedProposal, NewProposal } from './proposals.ts';
export type { MaskSource, SealedImport } from './imports.ts';
export type { SealFault, SealVerdict } from './seal.ts';
export { sealsInAudit } from './store.ts';
export { standingEdits } from './journal.ts';

export interface MaskService {
  /** Stores a stroke; on disk when it resolves. See steps.ts for its refusals. */
  append(study: OpenStudy, readId: string, editor: Editor, stroke: Stroke): Promise<Acknowledged>;
  /** Undo or redo, a row of its own. */
  reverse(study: OpenStudy, readId: string, editor: Editor, step: Reversal): Promise<Acknowledged>;
  /** The mask bytes of a read that `person` may view, and the last step in them. */
  mask(study: OpenStudy, readId: string, person: Person): Promise<{ bytes: Uint8Array; seq: number }>;
  /**
   * The same as it was after step `seq` (0: as the read began), whatever was undone later. Throws Problem
   * `step-not-found`.
   */
  maskAfter(
    study: OpenStudy,
    readId: string,
    seq: number,
    person: Person,
  ): Promise<{ bytes: Uint8Array; seq: number }>;
  patches(study: OpenStudy, readId: string, person: Person): Promise<PatchEntry[]>;
  /** Patch bytes of a step; an undo's or redo's are those of its edit. Throws Problem `step-not-found`. */
  patch(study: OpenStudy, readId: string, seq: number, person: Person): Promise<Uint8Array>;
  /** Mask bytes with no question who asks: for jobs and the command line. */
  compose(study: OpenStudy, readId: string): Promise<{ bytes: Uint8Array; seq: number }>;
  /** Mask bytes of a stored whole mask, checked against its SHA-256. Throws `revision-not-found`, `mask-damaged`. */
  revisionBytes(study: OpenStudy, revisionId: string): Promise<Uint8Array>;
  addProposal(study: OpenStudy, proposal: NewProposal): Promise<AddedProposal>;
  seal(study: OpenStudy, readId: string, editor: Editor): Promise<{ sha256: string }>;
  /** Keeps what is drawn as the first draft; see first-draft.ts for its refusals. */
  keepFirstDraft(study: OpenStudy, readId: string, editor: Editor): Promise<void>;
  /** Called when a window leaves a read: a snapshot in the background makes the next opening fast. */
  left(study: OpenStudy, readId: string): Promise<void>;
  importSealed(study: OpenStudy, mask: SealedImport): Promise<{ readId: string }>;
  importMask(
    study: OpenStudy,
    of: { path: string; caseId: string; personId: string; round: number; actor: string },
  ): Promise<{ readId: string }>;
  /** A sealed read's mask as .nii.gz on the grid of the imported image. Throws `read-not-found`, `read-not-sealed`. */
  exportNifti(
    study: OpenStudy,
    readId: string,
    person: Person,
  ): Promise<{ bytes: Uint8Array; fileName: string }>;
  verifySeals(study: OpenStudy): Promise<SealVerdict>;
  /** Waits for work in the background; call it before a study is closed. */
  settled(): Promise<void>;
}

export function createMaskService(needs: { reads: ReadService; client: MaskClient }): MaskService {
  const { reads, client } = needs;
  const live = new LiveReads();
  const snapshots = new Snapshots(reads, client);
  const steps = createSteps({ reads, client, live, snapshots });

  async function revisionBytes(study: OpenStudy, revisionId: string): Promise<Uint8Array> {
    const revision = await findRevision(study.database.read, revisionId);
    if (!revision) {
      throw new Problem('revision-not-found', 'There is no such mask in this study.', { status: 404 });
    }
    return client.unpack({ zipped: revision.bytes, sha256: revision.sha256 });
  }

  async function bytesOf(study: OpenStudy, record: ReadRecord) {
    if (record.sealedRevisionId && record.state !== 'draft') {
      return { bytes: await revisionBytes(study, record.sealedRevisionId), seq: record.lastSeq };
    }
    const mask = await composeRead(study.database.read, client, record, record.lastSeq);
    return { bytes: mask.bytes, seq: record.lastSeq };
  }

  return {
    ...steps,
    ...createSealing({ reads, client, live }),
    ...createProposals({ reads, client, live }),
    ...createFirstDrafts({ reads, client, live }),
    ...createImports({ reads, client }),
    revisionBytes,
    async mask(study, readId, person) {
      await reads.viewable(study, readId, person);
      // In turn, so that the bytes and the steps in memory are of one moment.
      return live.inTurn(study, readId, async () => {
        const record = await reads.viewable(study, readId, person);
        const mask = await bytesOf(study, record);
        const drawing = record.state === 'draft' && !live.peek(study, record);
        if (drawing) await live.load(study, client, record, mask.bytes);
        return mask;
      });
    },
    async maskAfter(study, readId, seq, person) {
      const record = await reads.viewable(study, readId, person);
      if (seq > record.lastSeq) throw noSuchStep(seq);
      const mask = await composeRead(study.database.read, client, record, seq);
      return { bytes: mask.bytes, seq };
    },
    async patches(study, readId, person) {
      await reads.viewable(study, readId, person);
      return listPatches(study.database.read, readId);
    },
    async patch(study, readId, seq, person) {
      await reads.viewable(study, readId, person);
      const zipped = await patchBytes(study.database.read, readId, seq);
      if (!zipped) throw noSuchStep(seq);
      return zstdDecompressSync(zipped);
    },
    async compose(study, readId) {
      return bytesOf(study, await existing(study, readId));
    },
    async left(study, readId) {
      const record = await reads.record(study.database.read, readId);
      if (record) snapshots.requestOnLeaving(study, readId, record.lastSeq);
    },
    async exportNifti(study, readId, person) {
      const record = await reads.viewable(study, readId, person);
      const revision = record.sealedRevisionId
        ? await findRevision(study.database.read, record.sealedRevisionId)
        : null;
      const grids = await gridsOfCase(study.database.read, record.caseId);
      if (record.state === 'draft' || !revision || !grids) {
        throw new Problem('read-not-sealed', 'Only a sealed read can be exported; seal it first.', {
          status: 409,
        });
      }
      const stored = { zipped: revision.bytes, sha256: revision.sha256 };
      const bytes = await client.exportFile(stored, grids.reorientation);
      return { bytes, fileName: `${fileStem(record, person)}.nii.gz` };
    },
    async settled() {
      await live.settled();
      await snapshots.settled();
    },
  };

  async function existing(study: OpenStudy, readId: string): Promise<ReadRecord> {
    const record = await reads.record(study.database.read, readId);
    if (!record) {
      throw new Problem('read-not-found', 'There is no such read in this study.', { status: 404 });
    }
    return record;
  }
}

/** A reader's file must not name the case; a coordinator's should. */
function fileStem(record: ReadRecord, person: Person): string {
  const agreed = record.consensusId !== null ? `${record.caseName}-consensus` : null;
  const name =
    agreed ??
    (person.role === 'coordinator'
      ? `${record.caseName}-round-${record.round.number}-${record.personName}`
      : `case-${record.position}-round-${record.round.number}`);
  return name.replace(/[^\p{L}\p{N}._-]+/gu, '-');
}

function noSuchStep(seq: number): Problem {
  return new Problem('step-not-found', `This read has no step ${seq}.`, { status: 404 });
}
