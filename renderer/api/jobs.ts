// AI masks and other long work.
import * as z from 'zod';
import { JobSchema } from '../../electron/contract/jobs.ts';
import type { StartInferenceSchema } from '../../electron/contract/models.ts';
import { call, studyPath } from './http.ts';

export const startInference = (
  study: string,
  read: string,
  lease: string,
  start: z.input<typeof StartInferenceSchema>,
) =>
  call(JobSchema, studyPath(study, `/reads/${read}/inference`), {
    method: 'POST',
    json: start,
    study,
    lease,
  });

export const jobs = (study: string) => call(z.array(JobSchema), studyPath(study, '/jobs'), { study });
export const cancelJob = (study: string, job: string) =>
  call(JobSchema, studyPath(study, `/jobs/${job}/cancel`), { method: 'POST', study });
