// Models as the page sees them; the full manifest lives in inference.
import * as z from 'zod';
import { IdSchema, TimeSchema } from './identity.ts';
import { SequenceSchema } from './sequence.ts';

export const ProviderSchema = z.enum(['auto', 'cpu', 'cuda', 'webgpu', 'dml', 'coreml']);
export type ProviderName = z.infer<typeof ProviderSchema>;

export const ModelSummarySchema = z.object({
  /** Folder name in the library: stable and readable. */
  id: z.string(),
  name: z.string(),
  version: z.string(),
  description: z.string(),
  modality: z.string().nullable(),
  /** The MR sequence that it was made for; null where it does not say. */
  sequence: z.string().nullable(),
  bundled: z.boolean(),
  labels: z.array(z.object({ label: z.int(), name: z.string() })),
  /** Why it cannot be used; null when it can. */
  problem: z.string().nullable(),
});
export type ModelSummary = z.infer<typeof ModelSummarySchema>;

/** Everything that a model says of itself, and where it came from. */
export const ModelDetailsSchema = ModelSummarySchema.extend({
  /** Where it lies on this machine. */
  folder: z.string(),
  /** Of its network file; of several, of their hashes together. */
  sha256: z.string(),
  networks: z.array(z.object({ file: z.string(), sha256: z.string(), byteLength: z.number() })),
  channels: z.array(z.object({ name: z.string(), normalisation: z.string() })),
  /** mm and voxels, slices first (D, H, W); null: as the volume is, the whole volume. */
  spacing: z.array(z.number()).nullable(),
  patch: z.array(z.int()).nullable(),
  overlap: z.number(),
  mirrored: z.boolean(),
  /** Labels may overlap, and later ones lie over earlier ones. */
  regions: z.boolean(),
  postprocessing: z.string().nullable(),
  /** nnU-Net v1, v2, PanSegNet, or described by hand. */
  family: z.string(),
  trainer: z.string().nullable(),
  configuration: z.string().nullable(),
  folds: z.array(z.string()),
  /** Of one network; null where nobody counted them. */
  parameters: z.int().nullable(),
  precision: z.enum(['float32', 'float16']),
  source: z.object({ file: z.string(), sha256: z.string() }).nullable(),
  notes: z.array(z.string()),
  /** What its makers wrote about it. */
  card: z.string().nullable(),
});
export type ModelDetails = z.infer<typeof ModelDetailsSchema>;

/**
 * A folder or zip on this machine, or the name that an upload answered with. What it was made for is used where the
 * model does not say so itself.
 */
export const AddModelSchema = z.object({
  path: z.string().min(1),
  modality: z.enum(['CT', 'MR']).optional(),
  sequence: SequenceSchema.optional(),
});
export type AddModel = z.infer<typeof AddModelSchema>;

/** What a training leaves beside its model; images may be many gigabytes. Paths with `/`. */
export const BESIDE_A_MODEL = /(^|\/)(__MACOSX\/|\.)|\.(nii(\.gz)?|nrrd|mha|npz|npy|png|jpe?g|pdf|log)$/i;

const importing = { id: IdSchema, name: z.string(), startedAt: TimeSchema };

/** A model on its way into the library. Ended ones are told of until Concord is closed. */
export const ModelImportSchema = z.discriminatedUnion('state', [
  z.object({
    ...importing,
    state: z.literal('running'),
    step: z.string(),
    /** 0…1 of the step, null while unknown. */
    progress: z.number().nullable(),
    secondsLeft: z.number().nullable(),
  }),
  z.object({ ...importing, state: z.literal('done'), modelId: z.string() }),
  z.object({ ...importing, state: z.literal('failed'), code: z.string(), reason: z.string() }),
  z.object({ ...importing, state: z.literal('cancelled') }),
]);
export type ModelImport = z.infer<typeof ModelImportSchema>;

export type MadeOf = Pick<ModelSummary, 'name' | 'modality' | 'sequence'>;
export interface PictureOf {
  modality: string | null;
  sequence: string | null;
}

/**
 * Why a model is not for a picture, in words; null where nothing says so. Many files do not say what they are: the
 * study's modality stands in for theirs.
 */
export function modelDoubt(model: MadeOf, picture: PictureOf, ofStudy: 'CT' | 'MR' | 'other'): string | null {
  const modality = picture.modality ?? (ofStudy === 'other' ? null : ofStudy);
  const other = (made: string | null, found: string | null) =>
    made !== null && found !== null && made !== found;
  const wrong = other(model.modality, modality) || other(model.sequence, picture.sequence);
  if (!wrong) return null;
  const made = [model.modality, model.sequence].filter(Boolean).join(' ');
  const found = [modality, picture.sequence].filter(Boolean).join(' ');
  return `${model.name} was made for ${made}; this is ${found}. Its mask may be nonsense.`;
}

/** What nobody can tell of a model and a picture, in words: a sequence that the picture does not name. Else null. */
export function modelUnknown(model: MadeOf, picture: { sequence: string | null }): string | null {
  if (model.sequence === null || picture.sequence !== null) return null;
  return `${model.name} was made for ${model.sequence}. This scan does not say which sequence it is.`;
}

/** How well a model fits a picture, for the order in which models are offered: doubted ones last, sequences first. */
export function modelFit(model: MadeOf, picture: PictureOf, ofStudy: 'CT' | 'MR' | 'other'): number {
  if (modelDoubt(model, picture, ofStudy) !== null) return -1;
  const modality = picture.modality ?? (ofStudy === 'other' ? null : ofStudy);
  const same = (made: string | null, found: string | null) => Number(made !== null && made === found);
  return 2 * same(model.sequence, picture.sequence) + same(model.modality, modality);
}

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
  /** What the reader was warned of and ran it all the same; absent in reads of earlier versions, as is `settings`. */
  doubt: z.string().nullable().optional(),
  settings: z
    .object({
      mirrored: z.boolean(),
      overlap: z.number(),
      /** Networks whose results were averaged. */
      networks: z.int(),
      precision: z.string(),
      /** Label of the model → label of the study. */
      labels: z.array(z.object({ model: z.int(), structure: z.int() })),
    })
    .optional(),
});
export type Provenance = z.infer<typeof ProvenanceSchema>;
