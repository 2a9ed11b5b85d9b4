// Bundles: hand a reader their part of the study, open one, give back, merge.
import type * as z from 'zod';
import {
  BundleDeskSchema,
  type BundleLockSchema,
  type OpenBundleSchema,
} from '../../electron/contract/bundles.ts';
import { JobSchema } from '../../electron/contract/jobs.ts';
import { StudyFaceSchema } from '../../electron/contract/study.ts';
import { call, send, studyPath } from './http.ts';
import { UploadedSchema } from './cases.ts';

export const bundleDesk = (study: string) => call(BundleDeskSchema, studyPath(study, '/bundles'), { study });

/** Starts the job that writes a reader's bundle. */
export const handOut = (study: string, personId: string, lock: z.infer<typeof BundleLockSchema>) =>
  call(JobSchema, studyPath(study, '/bundles'), { method: 'POST', json: { personId, lock }, study });

export const bundleFile = async (study: string, bundle: string): Promise<Blob> =>
  (await send(studyPath(study, `/bundles/${bundle}/file`), { study })).blob();

export const takeBackBundle = async (study: string, bundle: string): Promise<void> => {
  await send(studyPath(study, `/bundles/${bundle}/take-back`), { method: 'POST', study });
};

/** Starts the job that takes in what came back. */
export const mergeBundle = (study: string, path: string) =>
  call(JobSchema, studyPath(study, '/bundles/merge'), { method: 'POST', json: { path }, study });

/** In a copy: the file that goes back. */
export const giveBack = async (study: string): Promise<Blob> =>
  (await send(studyPath(study, '/give-back'), { method: 'POST', study })).blob();

/** Sends a bundle to the browser host; answers its path there. */
export async function uploadBundle(file: File): Promise<string> {
  const query = new URLSearchParams({ name: file.name, batch: crypto.randomUUID().replaceAll('-', '') });
  return (await call(UploadedSchema, `/api/bundles?${query}`, { method: 'POST', bytes: file })).path;
}

/** Makes a study folder out of a bundle. */
export const openBundle = (of: z.infer<typeof OpenBundleSchema>) =>
  call(StudyFaceSchema, '/api/bundles/open', { method: 'POST', json: of });
