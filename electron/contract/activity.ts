// Time on task of one read, from its journal; and how a reader's work drifts from read to read.
import * as z from 'zod';
import { IdSchema, TimeSchema } from './identity.ts';

export const ActivitySchema = z.object({
  /** Seconds in which the window had the focus and somebody did something, as the page counted them. */
  activeSeconds: z.number(),
  /** From stroke to stroke, each gap cut at 60 s: the journal's own count. */
  journalSeconds: z.number(),
  /** The journal's time by the structure that each stroke was in; label 0 is an AI mask or no structure. */
  structures: z.array(
    z.object({ label: z.int(), name: z.string(), seconds: z.number(), strokes: z.int(), undone: z.int() }),
  ),
});
export type Activity = z.infer<typeof ActivitySchema>;

const value = z.number().nullable();
const ChartSchema = z.object({
  /** In the order of sealing. */
  points: z.array(
    z.object({
      readId: IdSchema,
      caseId: IdSchema,
      round: z.int(),
      sealedAt: TimeSchema,
      value: z.number(),
      outside: z.boolean(),
    }),
  ),
  /** Mean, and mean ± 2.66 mean moving ranges; null below two points. */
  centre: value,
  lower: value,
  upper: value,
});
export type Chart = z.infer<typeof ChartSchema>;

export const DriftSchema = z.object({
  readers: z.array(
    z.object({
      personId: IdSchema,
      structures: z.array(
        z.object({
          label: z.int(),
          /** The read's volume over the mean volume of all readers of the case in that round. */
          volume: ChartSchema,
          /** Mean Dice with the other readers of the case in that round, by the latest agreement run. */
          dice: ChartSchema,
          /** Dice with the sealed consensus of the case, where there is one. */
          consensus: ChartSchema,
        }),
      ),
    }),
  ),
  notes: z.array(z.string()),
});
export type Drift = z.infer<typeof DriftSchema>;
