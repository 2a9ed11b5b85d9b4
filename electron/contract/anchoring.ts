// How far readers stay with the AI's mask: what they changed of it, what it cost, and whom they resemble more.
import * as z from 'zod';
import { IdSchema } from './identity.ts';
import { ArmSchema } from './design.ts';

const share = z.number().min(0).max(1).nullable();

/** One structure of one sealed read against the AI mask it was given. Null: undefined, since both are empty. */
export const AnchoredStructureSchema = z.object({
  label: z.int(),
  aiVoxels: z.int(),
  readVoxels: z.int(),
  addedVoxels: z.int(),
  removedVoxels: z.int(),
  /** Of both surfaces' voxels, how many do not lie on the other. */
  surfaceChanged: share,
  dice: share,
  untouched: z.boolean(),
});

export const AnchoredReadSchema = z.object({
  readId: IdSchema,
  personId: IdSchema,
  caseId: IdSchema,
  round: z.int(),
  arm: ArmSchema,
  activeSeconds: z.number(),
  structures: z.array(AnchoredStructureSchema),
});
export type AnchoredRead = z.infer<typeof AnchoredReadSchema>;

const TimesSchema = z.object({ n: z.int(), medianSeconds: z.number().nullable() });

export const AnchoringSchema = z.object({
  reads: z.array(AnchoredReadSchema),
  /** Structures that are in the AI mask or in the read, and how many of them nobody changed. */
  structures: z.object({ n: z.int(), untouched: z.int() }),
  /** Time on task by arm, of reads drawn in Concord. */
  times: z.record(ArmSchema, TimesSchema),
  /** The same reader and case in both arms: assisted minus from scratch, in seconds. */
  pairedTime: z.object({ n: z.int(), medianSeconds: z.number().nullable() }),
  /** Mean Dice of readers with the AI mask, and with each other in the same round; by the latest agreement run. */
  readerAi: z.object({ n: z.int(), meanDice: z.number().nullable() }),
  readerReader: z.object({ n: z.int(), meanDice: z.number().nullable() }),
  notes: z.array(z.string()),
});
export type Anchoring = z.infer<typeof AnchoringSchema>;
