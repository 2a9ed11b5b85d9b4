// Adjudication: where sealed reads differ, and the consensus drawn after them. Coordinators only.
import * as z from 'zod';
import {
  ConsensusSchema,
  DisagreementSchema,
  OutcomeSchema,
  type VoteSource,
} from '../../electron/contract/adjudication.ts';
import { ReadSchema } from '../../electron/contract/reads.ts';
import { call, send, studyPath } from './http.ts';

/** A consensus by its id, or sealed reads of one case by theirs. */
export type Inputs = { consensus: string } | { reads: readonly string[] };

const consensusPath = (study: string, id: string, rest = '') => studyPath(study, `/consensus/${id}${rest}`);
const ofInputs = (study: string, of: Inputs, rest = '') =>
  'consensus' in of
    ? consensusPath(study, of.consensus, rest || '/disagreement')
    : studyPath(study, `/disagreement${rest}?reads=${of.reads.join(',')}`);

export const listConsensus = (study: string) =>
  call(z.array(ConsensusSchema), studyPath(study, '/consensus'), { study });
export const consensus = (study: string, id: string) =>
  call(ConsensusSchema, consensusPath(study, id), { study });
/** Begins with the majority vote of sealed reads of one case. */
export const startConsensus = (study: string, reads: readonly string[]) =>
  call(ConsensusSchema, studyPath(study, '/consensus'), { method: 'POST', json: { reads }, study });
/** The read in which it is drawn, with a lease. */
export const openConsensus = (study: string, id: string) =>
  call(ReadSchema, consensusPath(study, id, '/open'), { method: 'POST', json: {}, study });

export const disagreement = (study: string, of: Inputs) =>
  call(DisagreementSchema, ofInputs(study, of), { study });
/** Whose labels the consensus has, computed from what is stored. */
export const outcome = (study: string, id: string) =>
  call(OutcomeSchema, consensusPath(study, id, '/outcome'), { study });

const bytes = async (study: string, path: string) =>
  new Uint8Array(await (await send(path, { study })).arrayBuffer());
/** Mask bytes: the vote entropy, 255 the most that so many readers can have. */
export const entropy = (study: string, of: Inputs) => bytes(study, ofInputs(study, of, '/entropy'));
/** Mask bytes of the majority vote or of STAPLE. */
export const vote = (study: string, id: string, source: VoteSource) =>
  bytes(study, consensusPath(study, id, `/votes/${source}`));
