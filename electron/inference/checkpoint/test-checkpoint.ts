// Writes pickles and files of torch.save for tests: protocol 2, 32-bit floats, zip and legacy stream.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TestTensor {
  shape: number[];
  values: Float32Array;
}

const isTensor = (value: object): value is TestTensor => 'shape' in value && 'values' in value;

export class PickleWriter {
  private readonly parts: Uint8Array[] = [];
  /** Storages met, in order; keys are their places. */
  readonly tensors: TestTensor[] = [];
  private readonly legacy: boolean;

  constructor(legacy = false) {
    this.legacy = legacy;
  }

  raw(...items: (number | string)[]): this {
    for (const item of items)
      this.parts.push(
        typeof item === 'number' ? Uint8Array.of(item) : new Uint8Array(Buffer.from(item, 'latin1')),
      );
    return this;
  }

  text(value: string): this {
    const bytes = Buffer.from(value, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    this.raw('X').parts.push(new Uint8Array(length), new Uint8Array(bytes));
    return this;
  }

  value(value: unknown): this {
    if (value === null || value === undefined) return this.raw('N');
    if (typeof value === 'boolean') return this.raw(value ? 0x88 : 0x89);
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'bigint') {
      const bytes = Array.from({ length: 10 }, (_, n) => Number((value >> BigInt(8 * n)) & 255n));
      return this.raw(0x8a, 10, ...bytes);
    }
    if (typeof value === 'number') return this.number(value);
    if (Array.isArray(value)) {
      this.raw(']', '(');
      for (const item of value) this.value(item);
      return this.raw('e');
    }
    if (isTensor(value as object)) return this.tensor(value as TestTensor);
    this.raw('}', '(');
    for (const [key, item] of Object.entries(value as object))
      this.value(/^\d+$/.test(key) ? Number(key) : key).value(item);
    return this.raw('u');
  }

  private number(value: number): this {
    const bytes = Buffer.alloc(8);
    if (Number.isInteger(value)) bytes.writeInt32LE(value);
    else bytes.writeDoubleBE(value);
    this.raw(Number.isInteger(value) ? 'J' : 'G');
    this.parts.push(new Uint8Array(bytes.subarray(0, Number.isInteger(value) ? 4 : 8)));
    return this;
  }

  private tuple(values: number[]): this {
    this.raw('(');
    for (const value of values) this.value(value);
    return this.raw('t');
  }

  private tensor(tensor: TestTensor): this {
    let key = this.tensors.indexOf(tensor);
    if (key < 0) key = this.tensors.push(tensor) - 1;
    const strides = tensor.shape.map((_, d) =>
      tensor.shape.slice(d + 1).reduce((product, n) => product * n, 1),
    );
    this.raw('c', 'torch._utils\n_rebuild_tensor_v2\n', '(', '(')
      .text('storage')
      .raw('c', 'torch\nFloatStorage\n');
    this.text(String(key)).text('cpu').value(tensor.values.length);
    if (this.legacy) this.raw('N');
    this.raw('t', 'Q').value(0).tuple(tensor.shape).tuple(strides);
    return this.raw(0x89, 'c', 'collections\nOrderedDict\n', ')', 'R', 't', 'R');
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat([Uint8Array.of(0x80, 2), ...this.parts, Uint8Array.of(0x2e)]));
  }
}

export const pickled = (value: unknown) => new PickleWriter().value(value).bytes();

const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** A file as torch.save has written it since 1.6. */
export function torchZip(value: unknown): Uint8Array {
  const writer = new PickleWriter();
  const data = writer.value(value).bytes();
  const files: [string, Uint8Array][] = [['archive/data.pkl', data]];
  writer.tensors.forEach(({ values }, n) => files.push([`archive/data/${n}`, bytesOf(values)]));
  return zipOf([...files, ['archive/version', new Uint8Array(Buffer.from('3\n'))]]);
}

export function zipOf(files: [string, Uint8Array][]): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, bytes] of files) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50);
    central.writeUInt32LE(bytes.length, 20);
    central.writeUInt32LE(bytes.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(at, 42);
    directory.push(central, Buffer.from(name));
    parts.push(local, Buffer.from(name), Buffer.from(bytes));
    at += 30 + name.length + bytes.length;
  }
  const table = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(table.length, 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...parts, table, end]));
}

/** A file as torch.save wrote it before 1.6. */
export function torchLegacy(value: unknown): Uint8Array {
  const writer = new PickleWriter(true);
  const data = writer.value(value).bytes();
  const keys = writer.tensors.map((_, n) => String(n));
  const parts = [
    pickled(0x1950a86a20f9469cfc6cn),
    pickled(1001),
    pickled({ little_endian: true }),
    data,
    pickled(keys),
  ];
  for (const { values } of writer.tensors) {
    const count = Buffer.alloc(8);
    count.writeBigUInt64LE(BigInt(values.length));
    parts.push(new Uint8Array(count), bytesOf(values));
  }
  return new Uint8Array(Buffer.concat(parts));
}

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
