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

/** The demo study of this home: not made yet, being made (how far, how long still), there, or failed. */
export const DemoStateSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('none') }),
  z.object({
    state: z.literal('making'),
    /** What is being done now, in words. */
    step: z.string(),
    /** 0…1, by time. */
    fraction: z.number().min(0).max(1),
    /** Null until enough is done to tell. */
    secondsLeft: z.number().nonnegative().nullable(),
  }),
  z.object({ state: z.literal('ready') }),
  z.object({ state: z.literal('failed'), reason: z.string() }),
]);
export type DemoState = z.infer<typeof DemoStateSchema>;

export const OpenStudySchema = z.object({ folder: z.string().min(1, 'choose a study folder') });
