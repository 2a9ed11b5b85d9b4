// Agreement results as stored and shown: pairs of sealed reads, metrics a structure, summaries with n.
import * as z from 'zod';
import { IdSchema, TimeSchema } from './identity.ts';
import { ArmSchema } from './study.ts';

/** Intra and inter are never mixed. `ai` compares a sealed read with the AI mask it started from. */
export const ComparisonSchema = z.enum(['inter', 'intra', 'ai']);
export type Comparison = z.infer<typeof ComparisonSchema>;

const number = z.number().nullable();
/** Lengths mm, volumes mL; null = undefined, with the reason in `notes`. Definitions: agreement/definitions. */
export const PairMetricsSchema = z.object({
  label: z.int(),
  reference: z.object({ voxels: z.int(), volumeMl: z.number() }),
  test: z.object({ voxels: z.int(), volumeMl: z.number() }),
  dice: number,
  jaccard: number,
  precision: number,
  recall: number,
  volumeDifferenceMl: number,
  relativeVolumeDifference: number,
  kappa: z.object({ image: number, union10mm: number }),
  surface: z.object({
    hausdorffMm: number,
    hd95PooledMm: number,
    hd95MaxMm: number,
    hd95MeanMm: number,
    assdMm: number,
    masdMm: number,
    nsd: number,
  }),
  notes: z.array(z.string()),
});
export type PairMetrics = z.infer<typeof PairMetricsSchema>;

const side = z.object({
  readId: IdSchema,
  revisionId: IdSchema,
  personId: IdSchema.nullable(),
  name: z.string(),
  round: z.int(),
  arm: ArmSchema,
  /** Seconds at work on the read; null for the AI's mask, imported masks and runs of older versions. */
  activeSeconds: z.number().nullish(),
  /** The how-manieth read its reader sealed in this study, from 1; null where it was not read here. */
  order: z.int().nullish(),
});
export const AgreementRowSchema = z.object({
  comparison: ComparisonSchema,
  caseId: IdSchema,
  caseName: z.string(),
  structureLabel: z.int(),
  structureName: z.string(),
  a: side,
  b: side,
  metrics: PairMetricsSchema,
});
export type AgreementRow = z.infer<typeof AgreementRowSchema>;

export const SummaryValueSchema = z.object({
  mean: number,
  sd: number,
  median: number,
  minimum: number,
  maximum: number,
  ci95: z.tuple([z.number(), z.number()]).nullable(),
  n: z.int(),
  /** Cases left out because the metric is undefined there (an empty mask, say). */
  undefinedCount: z.int(),
});
export type SummaryValue = z.infer<typeof SummaryValueSchema>;

const interval = z.tuple([z.number(), z.number()]).nullable();
const reason = z.string().nullable();

/** Bootstrap of a mean over cases (patients drawn whole, with all their pairs), seeded. */
export const BootstrapSchema = z.object({
  estimate: number,
  se: number,
  percentile: interval,
  bca: interval,
  replicates: z.int(),
  undefinedReplicates: z.int(),
  reason,
});

/** How the volumes of a line's pairs agree, mL. */
export const LineVolumesSchema = z.object({
  pairs: z.int(),
  cases: z.int(),
  absent: z.int(),
  limits: z.object({
    /** `repeated`: several pairs of one case, entered as such. */
    method: z.enum(['plain', 'repeated']),
    bias: number,
    sd: number,
    lower: number,
    upper: number,
    biasCi95: interval,
    lowerCi95: interval,
    upperCi95: interval,
    reason,
  }),
  correlation: z.object({ r: number, r2: number, ci95: interval, reason }),
  concordance: z.object({ ccc: number, ci95: interval, reason }),
});
export type LineVolumes = z.infer<typeof LineVolumesSchema>;

/** One line of the summary: a kind of comparison, a structure, and all pairs, a reader's or one pair of readers. */
export const AgreementSummaryRowSchema = z.object({
  comparison: ComparisonSchema,
  structureLabel: z.int(),
  structureName: z.string(),
  scope: z.enum(['all', 'reader', 'pair']),
  /** "all", "A with the others", "A – B" for a pair of readers, "A" for one reader's rounds. */
  pair: z.string(),
  /** True for the line over all pairs, whatever a reader may be called. */
  isAll: z.boolean(),
  /** The arms compared; null where all rows of the kind have the same. */
  arms: z.string().nullable(),
  /** Keys: dice, jaccard, volumeDifferenceMl, kappaImage, kappaUnion10mm, hd95PooledMm, hd95MaxMm, hausdorffMm, assdMm, nsd … */
  values: z.record(z.string(), SummaryValueSchema),
  /** By figure; null below two cases. */
  bootstrap: z.record(z.string(), BootstrapSchema).nullable(),
  volumes: LineVolumesSchema,
});
export type AgreementSummaryRow = z.infer<typeof AgreementSummaryRowSchema>;

export const DefinitionSchema = z.object({
  key: z.string(),
  name: z.string(),
  unit: z.string(),
  definition: z.string(),
  source: z.string(),
  emptyRule: z.string(),
});
export type Definition = z.infer<typeof DefinitionSchema>;

/** One sealed read and structure by itself: time, experience, volume, Dice with the other readers of its round. */
export const ReadFiguresSchema = z.object({
  readId: IdSchema,
  personId: IdSchema,
  name: z.string(),
  round: z.int(),
  arm: ArmSchema,
  caseId: IdSchema,
  caseName: z.string(),
  structureLabel: z.int(),
  structureName: z.string(),
  volumeMl: z.number(),
  activeSeconds: number,
  order: z.int().nullable(),
  dice: number,
  pairs: z.int(),
});
export type ReadFigures = z.infer<typeof ReadFiguresSchema>;

const icc = z.object({
  estimate: number,
  ci95: interval,
  f: number,
  df1: number,
  df2: number,
  p: number,
  reason,
});
/** Volumes as measurements: readers of one round, or the rounds of one reader. */
export const ReliabilitySchema = z.object({
  comparison: z.enum(['inter', 'intra']),
  structureLabel: z.int(),
  structureName: z.string(),
  of: z.string(),
  raters: z.array(z.string()),
  cases: z.int(),
  incomplete: z.int(),
  icc: z.object({ icc1: icc, icc2: icc, icc3: icc, icc1k: icc, icc2k: icc, icc3k: icc }),
  error: z
    .object({
      consistency: z.number(),
      agreement: z.number(),
      smallestChange: z.object({ consistency: z.number(), agreement: z.number() }),
    })
    .nullable(),
  repeatability: z
    .object({
      subjects: z.int(),
      measurements: z.int(),
      withinSd: number,
      withinSdCi95: interval,
      coefficient: number,
      coefficientCi95: interval,
      coefficient1986: number,
      withinCv: number,
      reason,
    })
    .nullable(),
});
export type Reliability = z.infer<typeof ReliabilitySchema>;

/** Variance components of volumes, mL². */
export const VolumeVarianceSchema = z.object({
  structureLabel: z.int(),
  structureName: z.string(),
  arm: z.string().nullable(),
  mean: number,
  case: number,
  reader: number,
  caseReader: number,
  residual: number,
  cases: z.int(),
  readers: z.int(),
  measurements: z.int(),
  reason,
});
export type VolumeVariance = z.infer<typeof VolumeVarianceSchema>;

/** A comma-separated list, as it stands in an address. */
const list = <T extends z.ZodType>(of: T) =>
  z
    .preprocess(
      (text) => (typeof text === 'string' ? text.split(',').filter((part) => part !== '') : text),
      z.array(of),
    )
    .optional();
/** What of the results is asked for. What is left out is not narrowed. */
export const AgreementQuerySchema = z.strictObject({
  readers: list(IdSchema),
  rounds: list(z.coerce.number().int().min(0)),
  arms: list(ArmSchema),
  structures: list(z.coerce.number().int().min(1).max(255)),
  caseText: z.string().max(200).optional(),
  /** The AI as a further reader among the inter-reader comparisons. */
  withAi: z.enum(['yes', 'no']).optional(),
  /** The kind whose rows are wanted; summaries always hold all kinds. */
  comparison: ComparisonSchema.optional(),
  /** At most so many rows, spread evenly over all of them. */
  rows: z.coerce.number().int().min(0).max(100_000).optional(),
});
export type AgreementQuery = z.infer<typeof AgreementQuerySchema>;

export const AgreementSchema = z.object({
  run: z
    .object({
      id: IdSchema,
      computedAt: TimeSchema,
      metricVersion: z.string(),
      pairs: z.int(),
      sealedReads: z.int(),
      /** What was left out, with its reason. */
      exclusions: z.array(z.string()),
    })
    .nullable(),
  /** True when reads were sealed, reopened or imported since the run; `staleBecause` says what. */
  stale: z.boolean(),
  staleBecause: z.string().nullable(),
  rows: z.array(AgreementRowSchema),
  /** Rows that there are; `rows` may be a part of them, where a limit was asked for. */
  rowCount: z.int(),
  summary: z.array(AgreementSummaryRowSchema),
  reads: z.array(ReadFiguresSchema),
  reliability: z.array(ReliabilitySchema),
  variance: z.array(VolumeVarianceSchema),
  /** Replicates and seed of every bootstrap. */
  bootstrap: z.object({ replicates: z.int(), seed: z.int() }),
  /** What the results can be narrowed by, whatever the present narrowing. */
  choices: z.object({
    readers: z.array(z.object({ id: IdSchema, name: z.string() })),
    rounds: z.array(z.int()),
    arms: z.array(z.string()),
    structures: z.array(z.object({ label: z.int(), name: z.string() })),
    cases: z.int(),
    hasAi: z.boolean(),
  }),
  definitions: z.array(DefinitionSchema),
});
export type Agreement = z.infer<typeof AgreementSchema>;
