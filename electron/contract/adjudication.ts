// Adjudication: several sealed reads of one case, where they disagree, and the mask that is agreed on after them.
import * as z from 'zod';
import { IdSchema, TimeSchema } from './identity.ts';

const VoxelSchema = z.tuple([z.int().min(0), z.int().min(0), z.int().min(0)]);
/** Voxels from `from` to `to`, both ends included, i j k. */
export const BoxSchema = z
  .strictObject({ from: VoxelSchema, to: VoxelSchema })
  .refine(({ from, to }) => from.every((value, axis) => value <= to[axis]), 'from lies behind to');
export type Box = z.infer<typeof BoxSchema>;

const ReadsSchema = z.array(IdSchema).min(2).max(32);
export const StartConsensusSchema = z.strictObject({ reads: ReadsSchema });
/** `?reads=` of an address: ids with commas between. */
export const ReadsQuerySchema = z.object({
  reads: z
    .string()
    .transform((list) => list.split(',').filter(Boolean))
    .pipe(ReadsSchema),
});
export const VoteSourceSchema = z.enum(['vote', 'staple']);
export type VoteSource = z.infer<typeof VoteSourceSchema>;

/** One step: what lies in `box` (everywhere when absent) is taken over from a read, the vote or STAPLE. */
export const TakeSchema = z.strictObject({
  source: z.union([VoteSourceSchema, IdSchema]),
  box: BoxSchema.optional(),
  /** A disagreement region by its number: only its own voxels. */
  region: z.int().min(1).optional(),
});
export type Take = z.infer<typeof TakeSchema>;

export const ConsensusSchema = z.object({
  id: IdSchema,
  caseId: IdSchema,
  state: z.enum(['draft', 'sealed']),
  /** The read in which it is drawn, with its journal; null for one sealed before consensus was drawn as a read. */
  readId: IdSchema.nullable(),
  /** The sealed reads it is made from; they stay as they are. */
  inputs: z.array(
    z.object({ readId: IdSchema, personId: IdSchema, name: z.string(), round: z.int(), sha256: z.string() }),
  ),
  /** Begins with the majority vote of the inputs, ties as background; then in this order. What was undone is not here. */
  steps: z.array(TakeSchema.extend({ by: z.string(), at: TimeSchema })),
  /** Strokes and commands by hand that stand. */
  byHand: z.int().min(0),
  /** Of the sealed mask; null while it is a draft. */
  sha256: z.string().nullable(),
  startedBy: z.string(),
  createdAt: TimeSchema,
  sealedAt: TimeSchema.nullable(),
});
export type Consensus = z.infer<typeof ConsensusSchema>;

const MarkedSchema = z.object({ label: z.int(), voxels: z.int() });
export const RegionSchema = z.object({
  region: z.int(),
  voxels: z.int(),
  volumeMl: z.number(),
  box: BoxSchema,
  /** A voxel of it, in the middle of what lies in `slice`. */
  centre: VoxelSchema,
  /** The axial slice with the most of it, and its area there. */
  slice: z.int(),
  areaMm2: z.number(),
  /** What each read says in it, in the order of the reads: labels other than background. */
  marked: z.array(z.array(MarkedSchema)),
});
export type Region = z.infer<typeof RegionSchema>;

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
  regions: z.array(RegionSchema),
  regionsInAll: z.int(),
  disagreedVoxels: z.int(),
  /** Where as many readers say one label as another. */
  tiedVoxels: z.int(),
});
export type Disagreement = z.infer<typeof DisagreementSchema>;

/** What became of the disagreement: computed from the masks, not from what anybody said was done. */
export const OutcomeSchema = z.object({
  /** As `Disagreement.regions`: voxels in which the consensus is as each read has it, and as none has it. */
  regions: z.array(z.object({ region: z.int(), voxels: z.int(), as: z.array(z.int()), asNone: z.int() })),
  /** The same over everything that disagrees. */
  disagreed: z.object({ voxels: z.int(), as: z.array(z.int()), asNone: z.int() }),
  /** Voxels in which all reads agree and the consensus is otherwise: drawn by hand. */
  againstAll: z.int(),
});
export type Outcome = z.infer<typeof OutcomeSchema>;

/** A, B, … Z, AA: the reads in their order, as steps name them and as blinded views show them. */
export function letterOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letterOf(Math.floor(index / 26) - 1) + last;
}

/**
 * A step as the journal names it, at most 60 characters: "Region 3 from B", "Slice 41 from vote" (axial, counted from
 * 1). `reads` are the ids behind A, B, …; `shape` tells which box is a whole slice.
 */
export function nameOfTake(
  { source, box, region }: Take,
  reads: readonly string[],
  shape: readonly number[],
) {
  const from = source === 'vote' ? 'vote' : source === 'staple' ? 'STAPLE' : letterOf(reads.indexOf(source));
  const whole = box && box.from[0] === 0 && box.from[1] === 0 && box.from[2] === box.to[2];
  const slice = whole && box.to[0] === shape[0] - 1 && box.to[1] === shape[1] - 1;
  const where = [
    region !== undefined && `Region ${region}`,
    box && (slice ? `Slice ${box.from[2] + 1}` : `Box ${box.from.join(',')}-${box.to.join(',')}`),
  ].filter(Boolean);
  return `${where.join(' ') || 'All'} from ${from}`;
}

const NAME =
  /^(?:All|(?:Region (\d+))? ?(?:Slice (\d+)|Box (\d+),(\d+),(\d+)-(\d+),(\d+),(\d+))?) from (vote|STAPLE|[A-Z]{1,2})$/;

/** Whether a step of the journal took something over, by its name. */
export const isTakeName = (name: string) => NAME.test(name) && !name.startsWith(' ');

/** What `nameOfTake` wrote; null for every other name. */
export function takeOfName(name: string, reads: readonly string[], shape: readonly number[]): Take | null {
  const found = NAME.exec(name);
  if (!found) return null;
  const [, region, slice, ...rest] = found as (string | undefined)[];
  const from = rest.pop()!;
  const source =
    from === 'vote'
      ? 'vote'
      : from === 'STAPLE'
        ? 'staple'
        : reads.find((_, index) => letterOf(index) === from);
  if (source === undefined || name.startsWith(' ')) return null;
  const numbers = rest.map(Number);
  let box: Box | undefined;
  if (slice !== undefined) {
    const k = Number(slice) - 1;
    box = { from: [0, 0, k], to: [shape[0] - 1, shape[1] - 1, k] };
  } else if (rest[0] !== undefined) {
    const [i0, j0, k0, i1, j1, k1] = numbers;
    box = { from: [i0, j0, k0], to: [i1, j1, k1] };
  }
  return {
    source,
    ...(box ? { box } : {}),
    ...(region !== undefined ? { region: Number(region) } : {}),
  };
}
