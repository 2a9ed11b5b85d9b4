// nnU-Net v2's plans.json and dataset.json as facts.
import * as z from 'zod';
import type { Normalisation } from '../manifest.ts';
import type { Architecture, NetworkKind } from './architecture.ts';
import { networkKeywords, type Keywords } from './keywords-v2.ts';
import { parsePlans, permutation, plansWrong, splineOrder, unsupported } from './facts.ts';
import type { ChannelFacts, CheckpointFacts, OutputFacts, ResamplingOrders } from './facts.ts';
import { postprocessingV2 } from './postprocessing.ts';

const ResamplingSchema = z.looseObject({
  is_seg: z.literal(false, 'must be false').optional(),
  order: splineOrder.default(3),
  order_z: splineOrder.default(0),
  force_separate_z: z.boolean().nullish(),
});

const ConfigurationSchema = z.looseObject({
  patch_size: z.array(z.int().positive()).min(2).max(3),
  spacing: z.array(z.number().positive()).min(2).max(3),
  normalization_schemes: z.array(z.string()),
  use_mask_for_norm: z.array(z.boolean()),
  resampling_fn_data: z.string().default('resample_data_or_seg_to_shape'),
  resampling_fn_probabilities: z.string().default('resample_data_or_seg_to_shape'),
  resampling_fn_data_kwargs: ResamplingSchema.prefault({}),
  resampling_fn_probabilities_kwargs: ResamplingSchema.prefault({ order: 1 }),
  previous_stage: z.string().nullish(),
  preprocessor_name: z.string().nullish(),
});

const IntensitySchema = z.looseObject({
  mean: z.number(),
  std: z.number(),
  percentile_00_5: z.number(),
  percentile_99_5: z.number(),
});

const PlansSchema = z.looseObject({
  dataset_name: z.string().default('nnU-Net'),
  transpose_forward: permutation,
  image_reader_writer: z.string().default('SimpleITKIO'),
  configurations: z.record(z.string(), z.looseObject({ inherits_from: z.string().optional() })),
  original_median_spacing_after_transp: z.array(z.number().positive()).length(3).nullish(),
  foreground_intensity_properties_per_channel: z.record(z.string(), z.unknown()).default({}),
});
type Plans = z.infer<typeof PlansSchema>;

const DatasetSchema = z.looseObject({
  channel_names: z.record(z.string(), z.string()).optional(),
  modality: z.record(z.string(), z.string()).optional(),
  labels: z.record(z.string(), z.union([z.int(), z.array(z.int())])),
  regions_class_order: z.array(z.int()).nullish(),
});

export interface SourceV2 {
  plans: unknown;
  dataset: unknown;
  trainer: string;
  configuration: string;
  mirror: number[];
  /** postprocessing.pkl or .json in plain form, or null. */
  postprocessing: unknown;
}

/** Throws Problem `checkpoint-plans-wrong`, or `checkpoint-unsupported` with the reason. */
export function factsV2(source: SourceV2): CheckpointFacts {
  const plans = parsePlans(PlansSchema, source.plans, 'plans.json');
  const dataset = parsePlans(DatasetSchema, source.dataset, 'dataset.json');
  const merged = inherited(plans, source.configuration);
  const plan = parsePlans(ConfigurationSchema, merged, `plans.json, ${source.configuration},`);
  if (plan.previous_stage)
    throw unsupported(
      `${source.configuration} is the second step of a cascade: it needs the mask of ${plan.previous_stage} as an input, which one folder does not give. Import the 3d_fullres or 3d_lowres network instead`,
    );
  for (const name of [plan.resampling_fn_data, plan.resampling_fn_probabilities])
    if (name !== 'resample_data_or_seg_to_shape')
      throw unsupported(`The plans resample with ${name}, not known here`);
  if (plan.preprocessor_name && plan.preprocessor_name !== 'DefaultPreprocessor')
    throw unsupported(
      `The plans prepare volumes with ${plan.preprocessor_name.slice(0, 80)}, which is not known here`,
    );
  const { outputs, regionBased } = outputsOf(dataset);
  const channels = channelsOf(plans, plan, dataset);
  const keywords = networkKeywords(merged);
  return {
    family: 'nnunet-v2',
    version: 2,
    name: `nnU-Net ${plans.dataset_name}`,
    trainer: source.trainer,
    configuration: source.configuration,
    architecture: architecture(keywords, plan.patch_size, channels.length, outputs.length),
    channels,
    orientation: orientationOf(plans.image_reader_writer),
    transpose: plans.transpose_forward,
    spacing: plan.spacing.length === 2 ? [null, ...plan.spacing] : plan.spacing,
    trainedSliceSpacing:
      plan.spacing.length === 2 ? (plans.original_median_spacing_after_transp?.[0] ?? null) : null,
    imageResampling: resampling(plan.resampling_fn_data_kwargs),
    scoreResampling: resampling(plan.resampling_fn_probabilities_kwargs),
    regionBased,
    outputs,
    // Axes are counted without the slices in 2D.
    mirror: source.mirror.map((axis) => axis + 3 - plan.patch_size.length),
    postprocessing: postprocessingV2(source.postprocessing),
    notes: [],
  };
}

/** How nnU-Net read its volumes: as stored, or turned to RAS first. Pictures and stacks are no volumes of a patient. */
function orientationOf(reader: string): 'file' | 'RAS' {
  if (/^(SimpleITKIO|NibabelIO)$/.test(reader)) return 'file';
  if (/^(SimpleITKIO|NibabelIO)WithReorient$/.test(reader)) return 'RAS';
  throw unsupported(`The plans read images with ${reader.slice(0, 80)}, which is not for scans of a patient`);
}

function inherited(plans: Plans, name: string, seen: string[] = []): Record<string, unknown> {
  const own = plans.configurations[name];
  if (!own || seen.includes(name))
    throw plansWrong(
      `plans.json has no configuration ${name}, only ${Object.keys(plans.configurations).join(', ') || 'none'}`,
    );
  const { inherits_from: parent, ...rest } = own;
  return parent === undefined ? rest : { ...inherited(plans, parent, [...seen, name]), ...rest };
}

const resampling = (given: z.infer<typeof ResamplingSchema>): ResamplingOrders => ({
  order: given.order,
  orderZ: given.order_z,
  forceSeparateZ: given.force_separate_z ?? null,
});

const KINDS: Record<string, NetworkKind> = {
  PlainConvUNet: 'plain-conv-unet',
  ResidualEncoderUNet: 'residual-encoder-unet',
};

function architecture(
  keywords: Keywords,
  patch: number[],
  inputChannels: number,
  outputChannels: number,
): Architecture {
  const kind = KINDS[keywords.className];
  if (!kind)
    throw unsupported(
      `The network class ${keywords.className} is not known here; PlainConvUNet and ResidualEncoderUNet are`,
    );
  const { stages, decoderBlocks, convolutionBias, normEpsilon, nonlinearity } = keywords;
  if (stages.some(({ kernel, stride }) => kernel.length !== patch.length || stride.length !== patch.length))
    throw plansWrong('plans.json lists kernels or strides whose sides are not the patch’s');
  if (stages[0].stride.some((side) => side !== 1))
    throw unsupported('The first stage has a stride, so the scores would be coarser than the volume');
  return {
    ...{ kind, patch, inputChannels, outputChannels, stages, decoderBlocks },
    ...{ convolutionBias, normEpsilon, nonlinearity },
  };
}

function channelsOf(
  plans: Plans,
  plan: z.infer<typeof ConfigurationSchema>,
  dataset: z.infer<typeof DatasetSchema>,
): ChannelFacts[] {
  const names = dataset.channel_names ?? dataset.modality ?? {};
  if (Object.keys(names).length !== plan.normalization_schemes.length)
    throw plansWrong(
      `dataset.json names ${Object.keys(names).length} channels and plans.json normalises ${plan.normalization_schemes.length}`,
    );
  return plan.normalization_schemes.map((scheme, n) => ({
    name: names[n] ?? `channel ${n}`,
    scheme,
    normalisation: normalisation(scheme, plans.foreground_intensity_properties_per_channel[n], n),
    maskForNorm: plan.use_mask_for_norm[n] ?? false,
  }));
}

function normalisation(scheme: string, intensity: unknown, channel: number): Normalisation {
  if (scheme === 'ZScoreNormalization') return { scheme: 'zscore' };
  if (scheme === 'NoNormalization') return { scheme: 'none' };
  if (scheme === 'RescaleTo01Normalization') return { scheme: 'minmax01' };
  // Colours are whole bytes: 0 … 255 become 0 … 1.
  if (scheme === 'RGBTo01Normalization') return { scheme: 'window', lower: 0, upper: 255 };
  if (scheme !== 'CTNormalization') throw unsupported(`The normalisation ${scheme} is not known here`);
  const where = `plans.json, intensities of channel ${channel},`;
  const { mean, std, percentile_00_5, percentile_99_5 } = parsePlans(IntensitySchema, intensity, where);
  const sd = Math.max(std, 1e-8);
  return { scheme: 'ct-clip', lower: percentile_00_5, upper: percentile_99_5, mean, sd };
}

/** Labels, or regions in regions_class_order; an ignore label has no channel. */
function outputsOf(dataset: z.infer<typeof DatasetSchema>): { outputs: OutputFacts[]; regionBased: boolean } {
  const entries = Object.entries(dataset.labels).filter(([name]) => name !== 'ignore');
  const regionBased = entries.some(([, value]) => Array.isArray(value) && value.length > 1);
  if (!regionBased) {
    const outputs = entries
      .map(([name, value]) => ({ name, label: Array.isArray(value) ? value[0] : value }))
      .sort((a, b) => a.label - b.label)
      .map(({ name, label }, channel) => ({ channel, label, name }));
    if (outputs.some(({ label, channel }) => label !== channel))
      throw plansWrong('dataset.json must number its labels 0, 1, 2, … without gaps');
    return { outputs, regionBased };
  }
  const regions = entries.filter(([, value]) => String(value) !== '0');
  const order = dataset.regions_class_order;
  if (order?.length !== regions.length)
    throw plansWrong(`dataset.json has ${regions.length} regions and no regions_class_order of that length`);
  return {
    outputs: regions.map(([name], channel) => ({ channel, label: order[channel], name })),
    regionBased,
  };
}
