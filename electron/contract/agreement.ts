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

/** One line of the summary: a kind of comparison, a structure, and all pairs or one pair of readers. */
export const AgreementSummaryRowSchema = z.object({
  comparison: ComparisonSchema,
  structureLabel: z.int(),
  structureName: z.string(),
  /** "all", "A – B" for a pair of readers, "A" for one reader's rounds. */
  pair: z.string(),
  /** True for the line over all pairs, whatever a reader may be called. */
  isAll: z.boolean(),
  /** The arms compared; null where all rows of the kind have the same. */
  arms: z.string().nullable(),
  /** Keys: dice, jaccard, volumeDifferenceMl, kappaImage, kappaUnion10mm, hd95PooledMm, hd95MaxMm, hausdorffMm, assdMm, nsd … */
  values: z.record(z.string(), SummaryValueSchema),
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
  summary: z.array(AgreementSummaryRowSchema),
  definitions: z.array(DefinitionSchema),
});
export type Agreement = z.infer<typeof AgreementSchema>;
