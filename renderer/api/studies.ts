// The host and its studies: start screen, sign-in, set-up, board, audit.
import * as z from 'zod';
import { AuditPageSchema, AuditVerdictSchema, type AuditFilter } from '../../electron/contract/audit.ts';
import { PlanSchema, type PlanRequest } from '../../electron/contract/planning.ts';
import { DriftSchema } from '../../electron/contract/activity.ts';
import { AnchoringSchema } from '../../electron/contract/anchoring.ts';
import { DemoStateSchema, HostSchema } from '../../electron/contract/host.ts';
import { BoardEntrySchema } from '../../electron/contract/reads.ts';
import {
  PersonSchema,
  RoundSchema,
  SignedInSchema,
  StudyFaceSchema,
  StudyOverviewSchema,
  type NewReaderSchema,
  type NewRoundSchema,
  type Protocol,
} from '../../electron/contract/study.ts';
import { call, send, studyPath } from './http.ts';

export const host = () => call(HostSchema, '/api/host');

/** Creates NAME.concord/ in the studies folder, or in `folder`. */
export const createStudy = (protocol: Protocol, folder?: string) =>
  call(StudyFaceSchema, '/api/studies', { method: 'POST', json: { protocol, folder } });

/** What a design costs and buys. */
export const plan = (request: PlanRequest) =>
  call(PlanSchema, '/api/plan', { method: 'POST', json: request });

export const openStudy = (folder: string) =>
  call(StudyFaceSchema, '/api/studies/open', { method: 'POST', json: { folder } });

/** How far the demo study is. */
export const demoState = () => call(DemoStateSchema, '/api/studies/demo');

/** Opens the demo study; the first time it is made, which takes a minute or so. */
export const openDemo = () => call(StudyFaceSchema, '/api/studies/demo', { method: 'POST' });

export const face = (study: string) => call(StudyFaceSchema, studyPath(study), { study });

export const signIn = (study: string, personId: string, passphrase: string) =>
  call(SignedInSchema, studyPath(study, '/sign-in'), { method: 'POST', json: { personId, passphrase } });

export const signOut = async (study: string) => {
  await send(studyPath(study, '/sign-out'), { method: 'POST', study });
};

export const overview = (study: string) =>
  call(StudyOverviewSchema, studyPath(study, '/overview'), { study });

export const addReader = (study: string, reader: z.infer<typeof NewReaderSchema>) =>
  call(PersonSchema, studyPath(study, '/readers'), { method: 'POST', json: reader, study });

export const addRound = (study: string, round: z.infer<typeof NewRoundSchema>) =>
  call(RoundSchema, studyPath(study, '/rounds'), { method: 'POST', json: round, study });

export const board = (study: string) =>
  call(z.array(BoardEntrySchema), studyPath(study, '/board'), { study });

/** A filter as query parameters; what is empty asks for nothing. */
const auditQuery = (filter: Partial<AuditFilter>) => {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined && value !== '');
  return new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
};

export const audit = (study: string, filter: Partial<AuditFilter>) =>
  call(AuditPageSchema, studyPath(study, `/audit?${auditQuery(filter)}`), { study });

export const auditCsv = async (study: string, filter: Partial<AuditFilter>): Promise<Blob> =>
  (await send(studyPath(study, `/audit.csv?${auditQuery(filter)}`), { study })).blob();

export const addAuditor = (study: string, auditor: z.infer<typeof NewReaderSchema>) =>
  call(PersonSchema, studyPath(study, '/auditors'), { method: 'POST', json: auditor, study });

/** `current` is needed for one's own. */
export const changePassphrase = async (
  study: string,
  person: string,
  wish: { passphrase: string; current?: string },
) => {
  const path = studyPath(study, `/people/${person}/passphrase`);
  await send(path, { method: 'POST', json: wish, study });
};

export const unlockPerson = async (study: string, person: string) => {
  await send(studyPath(study, `/people/${person}/unlock`), { method: 'POST', study });
};

export const setIdleLock = async (study: string, minutes: number) => {
  await send(studyPath(study, '/idle-lock'), { method: 'POST', json: { minutes }, study });
};

/** Makes a case a qualification case with the mask at `path` as its reference. */
export const addQualificationCase = async (study: string, caseId: string, path: string) => {
  await send(studyPath(study, `/cases/${caseId}/qualification`), { method: 'POST', json: { path }, study });
};

/** What readers made of the AI masks. Compares what was not compared yet, which takes a while the first time. */
export const anchoring = (study: string) => call(AnchoringSchema, studyPath(study, '/anchoring'), { study });

/** Control charts of every reader. Compares with consensus masks, which takes a while the first time. */
export const drift = (study: string) => call(DriftSchema, studyPath(study, '/drift'), { study });

export const verifyAudit = (study: string) =>
  call(AuditVerdictSchema, studyPath(study, '/audit/verify'), { method: 'POST', study });
