// Reads: one reader, one case, one round; from the worklist to the seal.
import * as z from 'zod';
import { VolumeFactsSchema } from './cases.ts';
import { IdSchema, TimeSchema } from './identity.ts';
import { ArmSchema, StructureSchema } from './study.ts';

export const ReadStateSchema = z.enum(['draft', 'sealed', 'superseded']);

/** A line of the reader's worklist. The title is blinded: it names neither the case nor its earlier read. */
export const WorklistItemSchema = z.object({
  assignmentId: IdSchema,
  title: z.string(),
  round: z.object({ number: z.int(), name: z.string(), arm: ArmSchema }),
  position: z.int(),
  state: z.enum(['due', 'draft', 'locked', 'sealed']),
  /** When a locked item opens; null when that depends on a read that is not sealed yet. */
  unlocksAt: TimeSchema.nullable(),
  lockedBecause: z.string().nullable(),
  readId: IdSchema.nullable(),
  sealedAt: TimeSchema.nullable(),
  activeSeconds: z.number(),
});
export type WorklistItem = z.infer<typeof WorklistItemSchema>;

export const OpenReadSchema = z.object({ assignmentId: IdSchema });

/** What a reader may know of the volume: no file name, no hash, no original position of the file. */
export const BlindVolumeSchema = VolumeFactsSchema.pick({
  grid: true,
  voxelType: true,
  minimum: true,
  maximum: true,
  modality: true,
  sequence: true,
  window: true,
});
export type BlindVolume = z.infer<typeof BlindVolumeSchema>;

/** One entry of the journal, as the history shows it. */
export const PatchEntrySchema = z.object({
  seq: z.int().positive(),
  kind: z.enum(['edit', 'undo', 'redo']),
  /** The edit that an undo or redo is about. */
  target: z.int().positive().nullable(),
  tool: z.string(),
  label: z.int().min(0).max(255),
  voxels: z.int(),
  at: TimeSchema,
});
export type PatchEntry = z.infer<typeof PatchEntrySchema>;

export const ReadSchema = z.object({
  id: IdSchema,
  title: z.string(),
  round: z.object({ number: z.int(), name: z.string(), arm: ArmSchema }),
  state: ReadStateSchema,
  version: z.int().positive(),
  volume: BlindVolumeSchema,
  structures: z.array(StructureSchema),
  /** The number of the last patch: the next one is `lastSeq + 1`. */
  lastSeq: z.int().min(0),
  base: z.object({
    kind: z.enum(['blank', 'proposal', 'revision', 'imported']),
    note: z.string().nullable(),
  }),
  activeSeconds: z.number(),
  openedAt: TimeSchema,
  sealedAt: TimeSchema.nullable(),
  sealedSha256: z.string().nullable(),
  /** Present while this window holds the read for editing; it goes with every write as `x-concord-lease`. */
  lease: z.string().nullable(),
  /** True when an AI mask may be asked for now. */
  aiAllowed: z.boolean(),
  /** In the arm `after-draft`: when the first draft was kept, from when on AI masks are allowed. */
  firstDraftAt: TimeSchema.nullable(),
});
export type Read = z.infer<typeof ReadSchema>;

/** Headers of a patch POST (its body is the patch bytes): query parameters, checked like any input. */
export const AppendPatchSchema = z.object({
  seq: z.coerce.number().int().positive(),
  tool: z.string().min(1).max(60),
  label: z.coerce.number().int().min(0).max(255),
  /** Milliseconds the hand was at it; feeds active time. */
  milliseconds: z.coerce.number().min(0).max(86_400_000),
});
export const StepSchema = z.object({ seq: z.int().positive(), target: z.int().positive() });
export const PatchAcknowledgedSchema = z.object({ seq: z.int().positive(), at: TimeSchema });
export const HeartbeatSchema = z.object({ activeSeconds: z.number().min(0).max(3600) });
export const ReopenSchema = z.object({
  reason: z.string().trim().min(3, 'say why, in a few words').max(2000),
});

/** A line of the coordinator's board. */
export const BoardEntrySchema = z.object({
  assignmentId: IdSchema,
  personId: IdSchema,
  caseId: IdSchema,
  roundNumber: z.int(),
  arm: ArmSchema,
  readId: IdSchema.nullable(),
  state: z.enum(['due', 'draft', 'locked', 'sealed']),
  unlocksAt: TimeSchema.nullable(),
  sealedAt: TimeSchema.nullable(),
  activeSeconds: z.number(),
  imported: z.boolean(),
  version: z.int().nullable(),
  /**
   * What a coordinator looks at first. reopened: a later version. quick, slow: under a third or over three times the
   * reader's median time. out: in a bundle on another machine.
   */
  flags: z.array(z.enum(['reopened', 'quick', 'slow', 'out'])),
});
export type BoardEntry = z.infer<typeof BoardEntrySchema>;
