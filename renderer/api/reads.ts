// A reader's reads: worklist, opening, the mask and its strokes, heartbeat, seal.
import * as z from 'zod';
import { ActivitySchema } from '../../electron/contract/activity.ts';
import { FormSchema, type GivenAnswer } from '../../electron/contract/forms.ts';
import { QualificationResultSchema } from '../../electron/contract/qualification.ts';
import { IdSchema } from '../../electron/contract/identity.ts';
import {
  PatchAcknowledgedSchema,
  PatchEntrySchema,
  ReadSchema,
  WorklistItemSchema,
} from '../../electron/contract/reads.ts';
import { call, send, studyPath } from './http.ts';

const readPath = (study: string, read: string, rest = '') => studyPath(study, `/reads/${read}${rest}`);

export const worklist = (study: string) =>
  call(z.array(WorklistItemSchema), studyPath(study, '/worklist'), { study });

/** Opens an assignment for editing: makes the draft the first time, and takes the lease. */
export const openRead = (study: string, assignmentId: string) =>
  call(ReadSchema, studyPath(study, '/reads'), { method: 'POST', json: { assignmentId }, study });

export const read = (study: string, id: string) => call(ReadSchema, readPath(study, id), { study });

export interface MaskAt {
  bytes: Uint8Array<ArrayBuffer>;
  /** The last step in it. */
  seq: number;
}

async function maskAt(study: string, id: string, query: string): Promise<MaskAt> {
  const response = await send(readPath(study, id, `/mask${query}`), { study });
  const seq = Number(response.headers.get('x-concord-seq') ?? '0');
  return { bytes: new Uint8Array(await response.arrayBuffer()), seq };
}

/** The mask as it is now (contract/mask-bytes). */
export const mask = (study: string, id: string) => maskAt(study, id, '');

/** The mask as it was after a step; 0: as the read began. */
export const maskAfter = (study: string, id: string, step: number) => maskAt(study, id, `?after=${step}`);

export const patches = (study: string, id: string) =>
  call(z.array(PatchEntrySchema), readPath(study, id, '/patches'), { study });

export async function patchBytes(study: string, id: string, seq: number): Promise<Uint8Array<ArrayBuffer>> {
  const response = await send(readPath(study, id, `/patches/${seq}`), { study });
  return new Uint8Array(await response.arrayBuffer());
}

export interface StrokeFacts {
  seq: number;
  tool: string;
  label: number;
  /** How long the hand was at it. */
  milliseconds: number;
}
export function appendPatch(
  study: string,
  id: string,
  lease: string,
  bytes: Uint8Array<ArrayBuffer>,
  stroke: StrokeFacts,
) {
  const query = new URLSearchParams({
    seq: String(stroke.seq),
    tool: stroke.tool,
    label: String(stroke.label),
    milliseconds: String(Math.round(stroke.milliseconds)),
  });
  return call(PatchAcknowledgedSchema, readPath(study, id, `/patches?${query}`), {
    method: 'POST',
    bytes,
    study,
    lease,
  });
}

/** Undoes or redoes the edit `target`; the step itself becomes number `seq`. */
export const step = (
  study: string,
  id: string,
  lease: string,
  kind: 'undo' | 'redo',
  seq: number,
  target: number,
) =>
  call(PatchAcknowledgedSchema, readPath(study, id, `/${kind}`), {
    method: 'POST',
    json: { seq, target },
    study,
    lease,
  });

/** Says that somebody is still here, and how many seconds of work went by since the last time. */
export const heartbeat = async (
  study: string,
  id: string,
  lease: string,
  activeSeconds: number,
  keepalive = false,
) => {
  const path = readPath(study, id, '/heartbeat');
  await send(path, { method: 'POST', json: { activeSeconds }, study, lease, keepalive });
};

/** Lets go of the read. `keepalive` lets it go out while the page closes. */
export const release = async (study: string, id: string, lease: string) => {
  await send(readPath(study, id, '/release'), { method: 'POST', study, lease, keepalive: true });
};

/** One's own qualification results; everybody's for the coordinator. */
export const qualification = (study: string) =>
  call(z.array(QualificationResultSchema), studyPath(study, '/qualification'), { study });

/** A blank version of a qualification read that was not passed. */
export const tryAgain = (study: string, id: string) =>
  call(z.object({ readId: IdSchema }), readPath(study, id, '/try-again'), { method: 'POST', study });

/** Time on task by structure. */
export const activity = (study: string, id: string) =>
  call(ActivitySchema, readPath(study, id, '/activity'), { study });

/** The questions beside the mask, what was answered, and what must be before drawing or sealing. */
export const form = (study: string, id: string) => call(FormSchema, readPath(study, id, '/form'), { study });

export const answer = (study: string, id: string, lease: string, answers: GivenAnswer[]) =>
  call(FormSchema, readPath(study, id, '/form'), { method: 'POST', json: { answers }, study, lease });

/** Keeps the mask as the first draft: in the arm with AI after it, AI masks may be asked for from then on. */
export const keepFirstDraft = (study: string, id: string, lease: string) =>
  call(ReadSchema, readPath(study, id, '/first-draft'), { method: 'POST', study, lease });

export const seal = (study: string, id: string, lease: string) =>
  call(ReadSchema, readPath(study, id, '/seal'), { method: 'POST', study, lease });

/** Opens a sealed read again as a new version. Coordinators only. */
export const reopen = (study: string, id: string, reason: string) =>
  call(z.object({ readId: IdSchema }), readPath(study, id, '/reopen'), {
    method: 'POST',
    json: { reason },
    study,
  });

/** The sealed mask in the volume's original grid, gzipped NIfTI. */
export async function sealedMask(study: string, id: string): Promise<Blob> {
  return (await send(readPath(study, id, '/mask.nii.gz'), { study })).blob();
}
