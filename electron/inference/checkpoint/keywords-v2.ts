// How plans.json describes a network: keyword arguments of its class, or the fields of plans before nnU-Net 2.4.
import * as z from 'zod';
import type { EncoderStage } from './architecture.ts';
import type { Nonlinearity } from './layers.ts';
import { parsePlans, plansWrong, unsupported } from './facts.ts';

export interface Keywords {
  /** Without its module. */
  className: string;
  stages: EncoderStage[];
  decoderBlocks: number[];
  convolutionBias: boolean;
  normEpsilon: number;
  nonlinearity: Nonlinearity;
}

const sides = z.union([z.int().positive(), z.array(z.int().positive())]);
const perStage = z.union([z.int().positive(), z.array(z.int().positive())]);

const KeywordsSchema = z.looseObject({
  n_stages: z.int().min(2),
  features_per_stage: perStage,
  conv_op: z.string(),
  kernel_sizes: z.union([z.int().positive(), z.array(sides)]),
  strides: z.union([z.int().positive(), z.array(sides)]),
  n_conv_per_stage: perStage.optional(),
  n_blocks_per_stage: perStage.optional(),
  n_conv_per_stage_decoder: perStage,
  conv_bias: z.boolean().default(false),
  norm_op: z.string().nullish(),
  norm_op_kwargs: z.looseObject({ eps: z.number().positive().default(1e-5) }).nullish(),
  nonlin: z.string().nullish(),
  nonlin_kwargs: z.looseObject({ negative_slope: z.number().default(0.01) }).nullish(),
  nonlin_first: z.boolean().default(false),
  block: z.string().nullish(),
  bottleneck_channels: z.unknown().optional(),
  squeeze_excitation: z.boolean().default(false),
});

const ArchitectureSchema = z.looseObject({
  network_class_name: z.string(),
  arch_kwargs: z.record(z.string(), z.unknown()),
});

const OldSchema = z.looseObject({
  UNet_class_name: z.string(),
  UNet_base_num_features: z.int().positive(),
  unet_max_num_features: z.int().positive(),
  n_conv_per_stage_encoder: z.array(z.int().positive()),
  n_conv_per_stage_decoder: z.array(z.int().positive()),
  pool_op_kernel_sizes: z.array(z.array(z.int().positive())),
  conv_kernel_sizes: z.array(z.array(z.int().positive())),
});

/** Throws Problem `checkpoint-plans-wrong` or `checkpoint-unsupported`. */
export function networkKeywords(configuration: Record<string, unknown>): Keywords {
  const given = configuration['architecture'] ? current(configuration) : old(configuration);
  const { className, keywords } = given;
  if (keywords.norm_op && !/\.InstanceNorm[23]d$/.test(keywords.norm_op))
    throw unsupported(`The network normalises with ${keywords.norm_op}; only InstanceNorm is known here`);
  if (!keywords.norm_op)
    throw unsupported('The network has no normalisation layers, which is not known here');
  if (keywords.squeeze_excitation || keywords.nonlin_first || keywords.bottleneck_channels != null)
    throw unsupported(
      'The network uses squeeze-and-excitation, bottleneck blocks or another order of layers',
    );
  if (keywords.block && !/BasicBlockD$/.test(keywords.block))
    throw unsupported(`The network is made of ${keywords.block}; only BasicBlockD is known here`);
  const count = keywords.n_stages;
  const rank = keywords.conv_op.endsWith('2d') ? 2 : 3;
  const kernels = sidesList(keywords.kernel_sizes, count, rank, 'kernel_sizes');
  const strides = sidesList(keywords.strides, count, rank, 'strides');
  const features = list(keywords.features_per_stage, count, 'features_per_stage');
  const encoder = keywords.n_blocks_per_stage ?? keywords.n_conv_per_stage;
  if (encoder === undefined) throw plansWrong('plans.json does not say how many convolutions a stage has');
  const blocks = list(encoder, count, 'n_conv_per_stage');
  return {
    className,
    stages: kernels.map((kernel, n) => ({
      ...{ features: features[n], kernel, stride: strides[n], blocks: blocks[n] },
    })),
    decoderBlocks: list(keywords.n_conv_per_stage_decoder, count - 1, 'n_conv_per_stage_decoder'),
    convolutionBias: keywords.conv_bias,
    normEpsilon: keywords.norm_op_kwargs?.eps ?? 1e-5,
    nonlinearity: nonlinearity(keywords.nonlin, keywords.nonlin_kwargs?.negative_slope ?? 0.01),
  };
}

function current(configuration: Record<string, unknown>) {
  const found = parsePlans(ArchitectureSchema, configuration['architecture'], 'plans.json, architecture,');
  const className = found.network_class_name.split('.').at(-1) ?? '';
  if (!/^(PlainConvUNet|ResidualEncoderUNet)$/.test(className))
    throw unsupported(
      `The network class ${className.slice(0, 80)} is not known here; PlainConvUNet and ResidualEncoderUNet are`,
    );
  return { className, keywords: parsePlans(KeywordsSchema, found.arch_kwargs, 'plans.json, arch_kwargs,') };
}

function old(configuration: Record<string, unknown>) {
  const plan = parsePlans(OldSchema, configuration, 'plans.json');
  const count = plan.conv_kernel_sizes.length;
  const rank = plan.conv_kernel_sizes[0]?.length ?? 3;
  const keywords = parsePlans(
    KeywordsSchema,
    {
      n_stages: count,
      features_per_stage: plan.conv_kernel_sizes.map((_, n) =>
        Math.min(plan.UNet_base_num_features * 2 ** n, plan.unet_max_num_features),
      ),
      conv_op: `torch.nn.Conv${rank}d`,
      kernel_sizes: plan.conv_kernel_sizes,
      strides: plan.pool_op_kernel_sizes,
      n_conv_per_stage: plan.n_conv_per_stage_encoder,
      n_conv_per_stage_decoder: plan.n_conv_per_stage_decoder,
      conv_bias: true,
      norm_op: `torch.nn.InstanceNorm${rank}d`,
      nonlin: 'torch.nn.LeakyReLU',
    },
    'plans.json',
  );
  return { className: plan.UNet_class_name, keywords };
}

function list(value: number | number[], count: number, name: string): number[] {
  const values = typeof value === 'number' ? Array.from({ length: count }, () => value) : value;
  if (values.length !== count)
    throw plansWrong(`plans.json gives ${values.length} ${name} for ${count} stages`);
  return values;
}

function sidesList(
  value: number | (number | number[])[],
  count: number,
  rank: number,
  name: string,
): number[][] {
  const values = typeof value === 'number' ? Array.from({ length: count }, () => value) : value;
  if (values.length !== count)
    throw plansWrong(`plans.json gives ${values.length} ${name} for ${count} stages`);
  return values.map((entry) =>
    typeof entry === 'number' ? Array.from({ length: rank }, () => entry) : entry,
  );
}

function nonlinearity(name: string | null | undefined, slope: number): Nonlinearity {
  if (name?.endsWith('.LeakyReLU')) return { kind: 'leaky-relu', slope };
  if (name?.endsWith('.ReLU')) return { kind: 'relu', slope: 0 };
  throw unsupported(`The network's nonlinearity ${String(name)} is not known here; LeakyReLU and ReLU are`);
}
