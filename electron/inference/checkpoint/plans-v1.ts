// nnU-Net v1's and PanSegNet's plans (plans.pkl, …model.pkl) as facts.
import * as z from 'zod';
import type { Normalisation } from '../manifest.ts';
import type { Architecture, EncoderStage } from './architecture.ts';
import { numbers, parsePlans, permutation, plansWrong, unsupported } from './facts.ts';
import type { ChannelFacts, CheckpointFacts, OutputFacts } from './facts.ts';
import { postprocessingV1 } from './postprocessing.ts';
import type { StateDict } from './state-dict.ts';

const StageSchema = z.looseObject({
  patch_size: numbers,
  current_spacing: numbers,
  pool_op_kernel_sizes: z.array(numbers).min(1),
  conv_kernel_sizes: z.array(numbers).min(2),
});

const IntensitySchema = z.looseObject({
  mean: z.number(),
  sd: z.number().positive(),
  percentile_00_5: z.number(),
  percentile_99_5: z.number(),
});

const PlansSchema = z.looseObject({
  num_modalities: z.int().positive(),
  modalities: z.record(z.string(), z.string()),
  normalization_schemes: z.record(z.string(), z.string()),
  use_mask_for_norm: z.record(z.string(), z.boolean()),
  num_classes: z.int().positive(),
  base_num_features: z.int().positive(),
  conv_per_stage: z.int().positive().default(2),
  transpose_forward: permutation,
  plans_per_stage: z.record(z.string(), StageSchema),
  dataset_properties: z.looseObject({
    intensityproperties: z.record(z.string(), z.unknown()).nullish(),
  }),
  preprocessed_data_folder: z.string().nullish(),
  preprocessor_name: z.string().nullish(),
});
type Plans = z.infer<typeof PlansSchema>;

export interface SourceV1 {
  /** Unpickled plans in plain form. */
  plans: unknown;
  plansFile: string;
  trainer: string;
  /** From the trainer's arguments; null where they do not say. */
  stage: number | null;
  /** Name of the folder between task and trainer, such as 3d_lowres. */
  folderHint: string | null;
  /** Names of labels by value, where a dataset.json tells them. */
  labelNames: Record<string, string>;
  postprocessing: unknown;
}

/** Trainers that change the network in ways which weights do not show. */
const CHANGED = /(ReLU|Mish|GeLU|GroupNorm|NoNormalization|_GN|_FRN|Regions|resenc)/i;

/** Trainers of regions that overlap, whose regions stand in nnU-Net's code alone: those of BraTS. */
const REGION_TRAINERS = /^nnUNetTrainerV2BraTSRegions(_DDP|_Dice|_DA3|_DA3_BD)?$/;
const BRATS = ['whole tumor', 'tumor core', 'enhancing tumor'];

/** Throws Problem `checkpoint-plans-wrong`, or `checkpoint-unsupported` with the reason. */
export function factsV1(source: SourceV1, weights: StateDict): CheckpointFacts {
  const { trainer } = source;
  if (/cascade/i.test(trainer) || source.folderHint === '3d_cascade_fullres')
    throw unsupported(
      `${trainer} is the second step of a cascade: it needs the mask of a low-resolution network as an input, which one folder does not give. Import the 3d_fullres or 3d_lowres network instead`,
    );
  const regionBased = REGION_TRAINERS.test(trainer);
  if (CHANGED.test(trainer) && !regionBased)
    throw unsupported(
      `${trainer} changes the network in a way that is not known here, so its masks would be wrong`,
    );
  const plans = parsePlans(PlansSchema, source.plans, source.plansFile);
  const outputs = regionBased ? regions() : classes(plans.num_classes, source.labelNames);
  const number = stageNumber(plans, source);
  const stage = plans.plans_per_stage[number];
  refusePreprocessor(plans.preprocessor_name, stage.patch_size.length);
  const transformer = weights.keys.some((key) => key.startsWith('self_atten.'));
  const rank = stage.patch_size.length;
  const count = Object.keys(plans.plans_per_stage).length;
  const lowres = count > 1 && number === '0';
  const configuration = rank === 2 ? '2d' : lowres ? '3d_lowres' : '3d_fullres';
  const task = /Task\d+_\w+/.exec(plans.preprocessed_data_folder ?? '')?.[0];
  const resampling = { orderZ: 0, forceSeparateZ: null } as const;
  return {
    family: transformer ? 'pansegnet' : 'nnunet-v1',
    version: 1,
    name: `${transformer ? 'PanSegNet' : 'nnU-Net'} ${task ?? configuration}`,
    trainer,
    configuration,
    architecture: architecture(plans, stage, outputs.length, transformer, weights),
    channels: channels(plans),
    orientation: 'file',
    transpose: plans.transpose_forward,
    spacing: rank === 2 ? [null, ...stage.current_spacing.slice(-2)] : stage.current_spacing,
    trainedSliceSpacing: rank === 2 && stage.current_spacing.length === 3 ? stage.current_spacing[0] : null,
    imageResampling: { order: 3, ...resampling },
    scoreResampling: { order: 1, ...resampling },
    regionBased,
    outputs,
    mirror: /noMirror/i.test(trainer) ? [] : rank === 2 ? [1, 2] : [0, 1, 2],
    postprocessing: postprocessingV1(source.postprocessing, plans.num_classes),
    notes: [],
  };
}

/** 2D networks leave slices where they are, 3D ones resample all three axes; other preprocessors do something else. */
function refusePreprocessor(name: string | null | undefined, rank: number): void {
  const usual = rank === 2 ? 'PreprocessorFor2D' : 'GenericPreprocessor';
  if (name === null || name === undefined || name === usual) return;
  throw unsupported(
    `The plans prepare volumes with ${name.slice(0, 80)}; only ${usual} is known here for ${rank}D`,
  );
}

function classes(count: number, names: Record<string, string>): OutputFacts[] {
  return Array.from({ length: count + 1 }, (_, label) => ({
    channel: label,
    label,
    name: names[label] ?? (label === 0 ? 'background' : `class ${label}`),
  }));
}

/** regions_class_order of the trainer: each later region lies over the earlier. */
function regions(): OutputFacts[] {
  return BRATS.map((name, channel) => ({ channel, label: channel + 1, name }));
}

function stageNumber(plans: Plans, source: SourceV1): string {
  const stages = Object.keys(plans.plans_per_stage);
  if (stages.length === 1) return stages[0];
  const hinted = { '3d_lowres': 0, '3d_fullres': stages.length - 1 }[source.folderHint ?? ''];
  const wanted = source.stage ?? hinted;
  if (wanted !== undefined && stages.includes(String(wanted))) return String(wanted);
  throw plansWrong(
    `${source.plansFile} describes ${stages.length} resolutions, and nothing says which of them this network is for`,
  );
}

function architecture(
  plans: Plans,
  stage: z.infer<typeof StageSchema>,
  outputChannels: number,
  transformer: boolean,
  weights: StateDict,
): Architecture {
  const { pool_op_kernel_sizes: pools, conv_kernel_sizes: kernels, patch_size: patch } = stage;
  if (
    kernels.length !== pools.length + 1 ||
    [...pools, ...kernels].some((sides) => sides.length !== patch.length)
  )
    throw plansWrong('The plans list kernels and strides that do not belong together');
  const bottleneck = pools.length;
  // Features double down to a ceiling that only the code knows: the bottleneck's weights show it.
  const ceiling = weights.shapeOf(`conv_blocks_context.${bottleneck}.1.blocks.0.conv.weight`)?.[0] ?? 320;
  const stages = kernels.map((kernel, level): EncoderStage => {
    const features = Math.min(plans.base_num_features * 2 ** level, ceiling);
    return {
      features,
      kernel,
      stride: pools[level - 1] ?? kernel.map(() => 1),
      blocks: plans.conv_per_stage,
    };
  });
  if (kernels.flat().some((side) => side !== 1 && side !== 3))
    throw unsupported(
      'The plans ask for kernels other than 1 and 3 voxels wide, which nnU-Net v1 never pads rightly',
    );
  return {
    kind: transformer ? 'generic-trans-unet' : 'generic-unet',
    patch,
    inputChannels: plans.num_modalities,
    outputChannels,
    stages,
    decoderBlocks: pools.map(() => plans.conv_per_stage),
    convolutionBias: true,
    normEpsilon: 1e-5,
    nonlinearity: { kind: 'leaky-relu', slope: 0.01 },
  };
}

function channels(plans: Plans): ChannelFacts[] {
  return Array.from({ length: plans.num_modalities }, (_, n) => {
    const scheme = plans.normalization_schemes[n] ?? 'nonCT';
    return {
      name: plans.modalities[n] ?? `channel ${n}`,
      scheme,
      normalisation: normalisation(scheme, plans.dataset_properties.intensityproperties?.[n], n),
      maskForNorm: plans.use_mask_for_norm[n] ?? false,
    };
  });
}

function normalisation(scheme: string, intensity: unknown, channel: number): Normalisation {
  if (scheme === 'noNorm') return { scheme: 'none' };
  if (scheme === 'CT2') throw unsupported('The normalisation CT2 is not known here');
  if (scheme !== 'CT') return { scheme: 'zscore' };
  const { mean, sd, percentile_00_5, percentile_99_5 } = parsePlans(
    IntensitySchema,
    intensity,
    `The plans' intensityproperties of channel ${channel}`,
  );
  return { scheme: 'ct-clip', lower: percentile_00_5, upper: percentile_99_5, mean, sd };
}
