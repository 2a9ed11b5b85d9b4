// Qualification: cases with a reference that readers pass before the study opens, and how they fared.
import * as z from 'zod';
import { QualificationSchema } from './design.ts';
import { IdSchema, TimeSchema } from './identity.ts';

/** Makes a case a qualification case; `path` is the reference mask on the case's own grid. */
export const QualificationCaseSchema = z.object({ path: z.string().min(1, 'choose the reference mask') });
export { QualificationSchema };

export const QualificationResultSchema = z.object({
  readId: IdSchema,
  personId: IdSchema,
  /** Blinded for readers: a place in the round. */
  title: z.string(),
  passMark: z.number(),
  /** Dice with the reference by structure; null where it is undefined. */
  structures: z.array(z.object({ label: z.int(), name: z.string(), dice: z.number().nullable() })),
  passed: z.boolean(),
  at: TimeSchema,
});
export type QualificationResult = z.infer<typeof QualificationResultSchema>;
