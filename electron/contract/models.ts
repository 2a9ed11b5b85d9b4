// Models as the page sees them; the full manifest lives in inference.
import * as z from 'zod';

export const ProviderSchema = z.enum(['auto', 'cpu', 'cuda', 'webgpu', 'dml', 'coreml']);
export type ProviderName = z.infer<typeof ProviderSchema>;

export const ModelSummarySchema = z.object({
  /** Folder name in the library: stable and readable. */
  id: z.string(),
  name: z.string(),
  version: z.string(),
  description: z.string(),
  modality: z.string().nullable(),
  bundled: z.boolean(),
  labels: z.array(z.object({ label: z.int(), name: z.string() })),
  /** Why it cannot be used; null when it can. */
  problem: z.string().nullable(),
});
export type ModelSummary = z.infer<typeof ModelSummarySchema>;

export const AddModelSchema = z.object({ path: z.string().min(1) });
/** Which structure of the study each label of the model becomes; labels left out are dropped. */
export const StartInferenceSchema = z.object({
  modelId: z.string().min(1),
  provider: ProviderSchema.default('auto'),
  labels: z.array(z.object({ model: z.int(), structure: z.int() })).optional(),
  /** Set after the reader confirmed that the model was made for another modality. */
  confirmedModality: z.boolean().default(false),
});

/** How a proposal came about, kept with it for ever. */
export const ProvenanceSchema = z.object({
  modelId: z.string(),
  modelName: z.string(),
  modelVersion: z.string(),
  modelSha256: z.string(),
  provider: z.string(),
  providersTried: z.array(z.object({ provider: z.string(), reason: z.string() })),
  seconds: z.record(z.string(), z.number()),
  notes: z.array(z.string()),
  confirmedModality: z.boolean(),
});
export type Provenance = z.infer<typeof ProvenanceSchema>;
