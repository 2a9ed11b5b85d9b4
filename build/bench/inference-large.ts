// A large CT through nnU-Net's steps: time and memory of everything around a network of one convolution.
import onnxProto from 'onnx-proto';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInference } from '../../electron/workers/inference-client.ts';
import { folder, material } from './material.ts';
import type { Bench } from './rows.ts';

const PATCH = [64, 128, 128];
const CLASSES = 3;
/** Megabytes beyond what the session itself holds, which for one convolution is next to nothing. */
const MOST_MB = 2560;

export const inferenceLarge: Bench = {
  name: 'inference-large',
  async run(say) {
    const { image } = await material(say);
    const model = join(folder, 'one-convolution');
    writeModel(model);
    say('512×512×300 at 1.5 mm in tiles …');
    const result = await runInference({
      modelFolder: model,
      inputs: [image],
      provider: 'cpu',
      mirror: false,
      output: { kind: 'mask', path: join(folder, 'large.mask') },
    });
    const { read, load, preprocess, network, postprocess, write } = result.seconds;
    const around = (read + load + preprocess + postprocess + write) * 1000;
    return [
      { what: 'CT 512×512×300 at 1.5 mm, 3 classes: all but the tiles', samples: [around], unit: 'ms' },
      {
        what: `of one convolution, ${result.tiles} tiles with their sums`,
        samples: [network * 1000],
        unit: 'ms',
      },
      {
        what: 'memory of its process, at most',
        samples: [result.peakMemoryMb],
        unit: 'MB',
        target: { limit: MOST_MB, of: 'median' },
      },
    ];
  },
};

/** nnU-Net v1's steps around one 3×3×3 convolution with fixed weights. */
function writeModel(target: string): void {
  const network = oneConvolution();
  const labels = Array.from({ length: CLASSES }, (_, n) => ({ channel: n, label: n, name: `class ${n}` }));
  const manifest = {
    name: 'One convolution',
    version: '1',
    description: 'For timing what surrounds a network.',
    modality: 'CT',
    channels: [
      { name: 'CT', normalisation: { scheme: 'ct-clip', lower: -200, upper: 300, mean: 40, sd: 90 } },
    ],
    file: 'model.onnx',
    sha256: createHash('sha256').update(network).digest('hex'),
    input: { name: 'volume', layout: 'NCDHW', axes: ['z', 'y', 'x'], orientation: 'file' },
    output: { name: 'scores', activation: 'logits' },
    spacing: [1.5, 1.5, 1.5],
    patch: PATCH,
    overlap: 0.5,
    gaussian: true,
    mirror: [],
    average: 'probabilities',
    nnunet: {
      version: 1,
      transpose: [0, 1, 2],
      maskForNorm: [false],
      order: 3,
      orderZ: 0,
      forceSeparateZ: null,
    },
    labels,
    postprocess: { keepLargest: [] },
  };
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'model.onnx'), network);
  writeFileSync(join(target, 'manifest.json'), JSON.stringify(manifest));
}

function oneConvolution(): Uint8Array {
  const { ModelProto, TensorProto, AttributeProto } = onnxProto.onnx;
  const weights = Float32Array.from({ length: CLASSES * 27 }, (_, n) => Math.sin(n + 1) / 9);
  const ints = (name: string, values: number[]) => ({
    name,
    type: AttributeProto.AttributeType.INTS,
    ints: values,
  });
  const value = (name: string, channels: number) => ({
    name,
    type: {
      tensorType: {
        elemType: TensorProto.DataType.FLOAT,
        shape: { dim: [1, channels, ...PATCH].map((dimValue) => ({ dimValue })) },
      },
    },
  });
  const graph = {
    name: 'one-convolution',
    node: [
      {
        opType: 'Conv',
        input: ['volume', 'weights'],
        output: ['scores'],
        attribute: [ints('kernel_shape', [3, 3, 3]), ints('pads', [1, 1, 1, 1, 1, 1])],
      },
    ],
    initializer: [
      {
        name: 'weights',
        dims: [CLASSES, 1, 3, 3, 3],
        dataType: TensorProto.DataType.FLOAT,
        rawData: new Uint8Array(weights.buffer),
      },
    ],
    input: [value('volume', 1)],
    output: [value('scores', CLASSES)],
  };
  return ModelProto.encode(
    ModelProto.create({ irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph }),
  ).finish();
}
