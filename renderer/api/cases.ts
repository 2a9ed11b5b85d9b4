// Cases of a study: the list, thumbnails, and importing volumes and masks.
import * as z from 'zod';
import { CaseSchema, ImportCandidateSchema } from '../../electron/contract/cases.ts';
import { IdSchema } from '../../electron/contract/identity.ts';
import { JobSchema } from '../../electron/contract/jobs.ts';
import { call, send, studyPath } from './http.ts';

export const cases = (study: string) => call(z.array(CaseSchema), studyPath(study, '/cases'), { study });

/** The thumbnail as a PNG. It needs the sign-in, so it cannot be the `src` of an image. */
export async function thumbnail(study: string, caseId: string, signal?: AbortSignal): Promise<Blob> {
  return (await send(studyPath(study, `/cases/${caseId}/thumbnail`), { study, signal })).blob();
}

export const UploadedSchema = z.object({ path: z.string() });

/** Sends one file to the browser host; the files of one batch land in one folder. Answers its path there. */
export async function upload(study: string, file: Blob, name: string, batch: string): Promise<string> {
  const query = new URLSearchParams({ name, batch });
  const path = studyPath(study, `/uploads?${query}`);
  return (await call(UploadedSchema, path, { method: 'POST', bytes: file, study })).path;
}

export const inspectImports = (study: string, paths: string[]) =>
  call(z.array(ImportCandidateSchema), studyPath(study, '/imports/inspect'), {
    method: 'POST',
    json: { paths },
    study,
  });

export interface ImportItem {
  path: string;
  series: string | null;
  name: string;
}
export const startImport = (study: string, items: ImportItem[]) =>
  call(JobSchema, studyPath(study, '/imports'), { method: 'POST', json: { items }, study });

/** What a finished import job carries in `result`. */
export const ImportResultSchema = z.object({
  cases: z.array(IdSchema),
  failures: z.array(z.object({ name: z.string(), reason: z.string() })),
});

/** Takes in a mask drawn elsewhere as a sealed read. */
export const importMask = (
  study: string,
  mask: { path: string; personId: string; round: number; caseId: string },
) =>
  call(z.object({ readId: IdSchema }), studyPath(study, '/imports/mask'), {
    method: 'POST',
    json: mask,
    study,
  });
