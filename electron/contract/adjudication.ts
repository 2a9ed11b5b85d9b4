// Adjudication: several sealed reads of one case, where they disagree, and the mask that is agreed on after them.
import * as z from 'zod';
import { IdSchema, TimeSchema } from './identity.ts';

const VoxelSchema = z.tuple([z.int().min(0), z.int().min(0), z.int().min(0)]);
/** Voxels from `from` to `to`, both ends included, i j k. */
export const BoxSchema = z
  .strictObject({ from: VoxelSchema, to: VoxelSchema })
  .refine(({ from, to }) => from.every((value, axis) => value <= to[axis]), 'from lies behind to');
export type Box = z.infer<typeof BoxSchema>;

export const StartConsensusSchema = z.strictObject({ reads: z.array(IdSchema).min(2).max(32) });

/** One step: what lies in `box` (everywhere when absent) is taken over from a read, the vote or STAPLE. */
export const TakeSchema = z.strictObject({
  source: z.union([z.enum(['vote', 'staple']), IdSchema]),
  box: BoxSchema.optional(),
  /** A disagreement region by its number: only its own voxels. */
  region: z.int().min(1).optional(),
});
export type Take = z.infer<typeof TakeSchema>;

export const ConsensusSchema = z.object({
  id: IdSchema,
  caseId: IdSchema,
  state: z.enum(['draft', 'sealed']),
  /** The sealed reads it is made from; they stay as they are. */
  inputs: z.array(
    z.object({ readId: IdSchema, personId: IdSchema, name: z.string(), round: z.int(), sha256: z.string() }),
  ),
  /** Begins with the majority vote of the inputs, ties as background; then in this order. */
  steps: z.array(TakeSchema.extend({ by: z.string(), at: TimeSchema })),
  sha256: z.string(),
  createdAt: TimeSchema,
  sealedAt: TimeSchema.nullable(),
});
export type Consensus = z.infer<typeof ConsensusSchema>;

export const DisagreementSchema = z.object({
  /** Slices along k that disagree, the worst (most entropy) first. */
  slices: z.array(
    z.object({
      slice: z.int(),
      disagreedVoxels: z.int(),
      entropyBits: z.number(),
      generalisedDice: z.number().nullable(),
    }),
  ),
  /** Connected (6 neighbours) regions of disagreement, the largest first, at most 200. */
  regions: z.array(
    z.object({ region: z.int(), voxels: z.int(), volumeMl: z.number(), box: BoxSchema, centre: VoxelSchema }),
  ),
  regionsInAll: z.int(),
  disagreedVoxels: z.int(),
  /** Where as many readers say one label as another. */
  tiedVoxels: z.int(),
});
export type Disagreement = z.infer<typeof DisagreementSchema>;
