// Tiny checkpoint folders of both versions for tests: weights, plans and all that stands beside them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pickled, torchZip, type TestTensor } from './test-torch-writer.ts';

export * from './test-torch-writer.ts';

/** Weights that differ everywhere and are the same in every run. */
export function testWeights(shapes: Record<string, number[]>, seed = 1): Record<string, TestTensor> {
  const next = () => ((seed = (seed * 16807) % 2147483647) / 2147483647) * 2 - 1;
  return Object.fromEntries(
    Object.entries(shapes).map(([key, shape]) => {
      const count = shape.reduce((product, n) => product * n, 1);
      return [key, { shape, values: Float32Array.from({ length: count }, next) }];
    }),
  );
}

/** A tiny PlainConvUNet of two stages: channels 1 (or more) → 2 → 3 → 2 scores. */
export function tinyShapes(rank: 2 | 3, inputs = 1): Record<string, number[]> {
  const ones = Array.from({ length: rank }, () => 1);
  const threes = ones.map(() => 3);
  const twos = ones.map(() => 2);
  const block = (key: string, from: number, to: number) => ({
    [`${key}.conv.weight`]: [to, from, ...threes],
    [`${key}.conv.bias`]: [to],
    [`${key}.norm.weight`]: [to],
    [`${key}.norm.bias`]: [to],
  });
  return {
    ...block('encoder.stages.0.0.convs.0', inputs, 2),
    ...block('encoder.stages.1.0.convs.0', 2, 3),
    ...block('decoder.stages.0.convs.0', 4, 2),
    'decoder.transpconvs.0.weight': [3, 2, ...twos],
    'decoder.transpconvs.0.bias': [2],
    'decoder.seg_layers.0.weight': [2, 2, ...ones],
    'decoder.seg_layers.0.bias': [2],
  };
}

/** The same size of nnU-Net v1's Generic_UNet. */
export function tinyShapesV1(rank: 2 | 3): Record<string, number[]> {
  const ones = Array.from({ length: rank }, () => 1);
  const block = (key: string, from: number, to: number) => ({
    [`${key}.conv.weight`]: [to, from, ...ones.map(() => 3)],
    [`${key}.conv.bias`]: [to],
    [`${key}.instnorm.weight`]: [to],
    [`${key}.instnorm.bias`]: [to],
  });
  return {
    ...block('conv_blocks_context.0.blocks.0', 1, 2),
    ...block('conv_blocks_context.0.blocks.1', 2, 2),
    ...block('conv_blocks_context.1.0.blocks.0', 2, 3),
    ...block('conv_blocks_context.1.1.blocks.0', 3, 3),
    'tu.0.weight': [3, 2, ...ones.map(() => 2)],
    ...block('conv_blocks_localization.0.0.blocks.0', 4, 2),
    ...block('conv_blocks_localization.0.1.blocks.0', 2, 2),
    'seg_outputs.0.weight': [2, 2, ...ones],
  };
}

/**
 * A ResidualEncoderUNet of three stages, 2 → 3 → 3 features: the first block of the second stage projects what it adds,
 * that of the third only averages it. One block a stage but two in the second.
 */
export function tinyResidualShapes(rank: 2 | 3): Record<string, number[]> {
  const ones = Array.from({ length: rank }, () => 1);
  const threes = ones.map(() => 3);
  const twos = ones.map(() => 2);
  const norm = (key: string, to: number) => ({ [`${key}.weight`]: [to], [`${key}.bias`]: [to] });
  const block = (key: string, from: number, to: number) => ({
    [`${key}.conv.weight`]: [to, from, ...threes],
    [`${key}.conv.bias`]: [to],
    ...norm(`${key}.norm`, to),
  });
  const residual = (key: string, from: number, to: number) => ({
    ...block(`${key}.conv1`, from, to),
    ...block(`${key}.conv2`, to, to),
  });
  return {
    ...block('encoder.stem.convs.0', 1, 2),
    ...residual('encoder.stages.0.blocks.0', 2, 2),
    ...residual('encoder.stages.1.blocks.0', 2, 3),
    'encoder.stages.1.blocks.0.skip.1.conv.weight': [3, 2, ...ones],
    ...norm('encoder.stages.1.blocks.0.skip.1.norm', 3),
    ...residual('encoder.stages.1.blocks.1', 3, 3),
    ...residual('encoder.stages.2.blocks.0', 3, 3),
    'decoder.transpconvs.0.weight': [3, 3, ...twos],
    'decoder.transpconvs.0.bias': [3],
    ...block('decoder.stages.0.convs.0', 6, 3),
    'decoder.seg_layers.0.weight': [2, 3, ...ones],
    'decoder.seg_layers.0.bias': [2],
    'decoder.transpconvs.1.weight': [3, 2, ...twos],
    'decoder.transpconvs.1.bias': [2],
    ...block('decoder.stages.1.convs.0', 4, 2),
    'decoder.seg_layers.1.weight': [2, 2, ...ones],
    'decoder.seg_layers.1.bias': [2],
  };
}

/** plans.json of that network, in the words of nnU-Net since 2.4. */
export function tinyResidualPlans(patch: number[]) {
  const plans = tinyPlans(patch);
  const all = (n: number) => patch.map(() => n);
  const torch = (name: string) => `torch.nn.modules.${name}${patch.length}d`;
  const architecture = {
    network_class_name: 'dynamic_network_architectures.architectures.unet.ResidualEncoderUNet',
    arch_kwargs: {
      n_stages: 3,
      features_per_stage: [2, 3, 3],
      conv_op: torch('conv.Conv'),
      kernel_sizes: [all(3), all(3), all(3)],
      strides: [all(1), all(2), all(2)],
      n_blocks_per_stage: [1, 2, 1],
      n_conv_per_stage_decoder: [1, 1],
      conv_bias: true,
      norm_op: torch('instancenorm.InstanceNorm'),
      norm_op_kwargs: { eps: 1e-5, affine: true },
      dropout_op: null,
      nonlin: 'torch.nn.LeakyReLU',
      nonlin_kwargs: { inplace: true },
    },
    _kw_requires_import: ['conv_op', 'norm_op', 'dropout_op', 'nonlin'],
  };
  return {
    ...plans,
    configurations: { ...plans.configurations, base: { ...plans.configurations.base, architecture } },
  };
}

/** PanSegNet's attention over `tokens` voxels of 3 channels, one layer of 16 features. */
export function tinyAttentionShapes(tokens: number): Record<string, number[]> {
  const linear = (key: string, from: number, to: number) => ({
    [`self_atten.${key}.weight`]: [to, from],
    [`self_atten.${key}.bias`]: [to],
  });
  const norm = (key: string) => ({ [`self_atten.${key}.weight`]: [16], [`self_atten.${key}.bias`]: [16] });
  const layer = 'transformer.layers.0';
  return {
    ...linear('linear_proj', 3, 16),
    'self_atten.pos_encode.pe': [1, tokens, 16],
    ...[0, 1, 2, 3].reduce(
      (all, n) => ({ ...all, ...linear(`${layer}.self_attn.linears.${n}`, 16, 16) }),
      {},
    ),
    ...norm(`${layer}.layer_norm1`),
    ...linear(`${layer}.linear1`, 16, 16),
    ...linear(`${layer}.linear2`, 16, 16),
    ...norm(`${layer}.layer_norm2`),
    ...linear('linear_back_proj', 16, 3),
  };
}

/** plans.json of the first network, in the words of nnU-Net before 2.4. */
export function tinyPlans(patch: number[]) {
  const all = (n: number) => patch.map(() => n);
  return {
    dataset_name: 'Dataset001_Tiny',
    transpose_forward: [0, 1, 2],
    configurations: {
      base: {
        patch_size: patch,
        spacing: patch.map(() => 2),
        normalization_schemes: ['ZScoreNormalization'],
        use_mask_for_norm: [false],
        UNet_class_name: 'PlainConvUNet',
        UNet_base_num_features: 2,
        unet_max_num_features: 3,
        n_conv_per_stage_encoder: [1, 1],
        n_conv_per_stage_decoder: [1],
        pool_op_kernel_sizes: [all(1), all(2)],
        conv_kernel_sizes: [all(3), all(3)],
      },
      '2d': { inherits_from: 'base' },
      '3d_fullres': { inherits_from: 'base' },
      '3d_cascade_fullres': { inherits_from: '3d_fullres', previous_stage: '3d_lowres' },
    },
  };
}

export const tinyDataset = { channel_names: { 0: 'CT' }, labels: { background: 0, pancreas: 1 } };

export interface TinyParts {
  shapes?: Record<string, number[]>;
  plans?: unknown;
  dataset?: unknown;
  configuration?: string;
  mirror?: number[];
  /** Seeds of the weights, one a fold. */
  folds?: Record<string, number>;
  file?: (checkpoint: unknown) => Uint8Array;
}

/** Writes a whole v2 folder and gives its weights, those of its first fold. */
export function writeTinyFolder(folder: string, parts: TinyParts = {}): Record<string, TestTensor> {
  const folds = Object.entries(parts.folds ?? { fold_0: 1 });
  for (const [fold, seed] of folds) {
    const checkpoint = {
      network_weights: testWeights(parts.shapes ?? tinyShapes(3), seed),
      trainer_name: 'nnUNetTrainer',
      init_args: { configuration: parts.configuration ?? '3d_fullres' },
      inference_allowed_mirroring_axes: parts.mirror ?? [0, 1, 2],
    };
    mkdirSync(join(folder, fold), { recursive: true });
    writeFileSync(join(folder, fold, 'checkpoint_final.pth'), (parts.file ?? torchZip)(checkpoint));
  }
  writeFileSync(join(folder, 'plans.json'), JSON.stringify(parts.plans ?? tinyPlans([4, 6, 8])));
  writeFileSync(join(folder, 'dataset.json'), JSON.stringify(parts.dataset ?? tinyDataset));
  return testWeights(parts.shapes ?? tinyShapes(3), folds[0][1]);
}

/** plans.pkl of `tinyShapesV1`. */
export function tinyPlansV1(patch: number[], spacing: number[]) {
  const all = (n: number) => patch.map(() => n);
  return {
    num_modalities: 1,
    modalities: { 0: 'MR' },
    normalization_schemes: { 0: 'nonCT' },
    use_mask_for_norm: { 0: false },
    num_classes: 1,
    base_num_features: 2,
    conv_per_stage: 2,
    transpose_forward: [0, 1, 2],
    plans_per_stage: {
      0: {
        patch_size: patch,
        current_spacing: spacing,
        pool_op_kernel_sizes: [all(2)],
        conv_kernel_sizes: [all(3), all(3)],
      },
    },
    dataset_properties: { intensityproperties: null },
    preprocessed_data_folder: '/data/Task001_Tiny',
  };
}

/** Writes a whole v1 folder and gives the weights of its first fold. */
export function writeTinyFolderV1(
  folder: string,
  { plans, folds, trainer }: { plans: unknown; folds?: Record<string, number>; trainer?: string },
  shapes: Record<string, number[]>,
): Record<string, TestTensor> {
  const seeds = Object.entries(folds ?? { fold_0: 1 });
  for (const [fold, seed] of seeds) {
    const path = join(folder, fold, 'model_final_checkpoint.model');
    mkdirSync(join(folder, fold), { recursive: true });
    writeFileSync(path, torchZip({ epoch: 1, state_dict: testWeights(shapes, seed) }));
    writeFileSync(`${path}.pkl`, pickled({ init: [], name: trainer ?? 'nnUNetTrainerV2', plans }));
  }
  writeFileSync(join(folder, 'plans.pkl'), pickled(plans));
  return testWeights(shapes, seeds[0][1]);
}
