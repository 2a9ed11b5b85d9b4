// What the page needs to know of the host it runs in.
import * as z from 'zod';
import { StudySummarySchema } from './study.ts';

export const HostSchema = z.object({
  name: z.literal('Concord'),
  version: z.string(),
  host: z.enum(['desktop', 'browser', 'test']),
  /** True when this host serves the one study it was started on and opens no other. */
  oneStudy: z.boolean(),
  /** Where new studies go unless told otherwise. */
  studiesFolder: z.string(),
  studies: z.array(StudySummarySchema),
});
export type Host = z.infer<typeof HostSchema>;

export const OpenStudySchema = z.object({ folder: z.string().min(1, 'choose a study folder') });
