// What an imported checkpoint's manifest.json says.
import type { Manifest, Postprocess } from '../manifest.ts';
import { modalityOf, type CheckpointFacts, type ResamplingOrders } from './facts.ts';
import { INPUT_NAME, OUTPUT_NAME, type WeightPrecision } from './network.ts';

export interface ImportFacts {
  fold: string;
  parameters: number;
  precision: WeightPrecision;
  /** Of model.onnx. */
  modelSha256: string;
}

const KINDS = { 'nnunet-v1': 'nnU-Net v1', pansegnet: 'PanSegNet', 'nnunet-v2': 'nnU-Net v2' };

type Triple = [number, number, number];

/** Throws Problem `checkpoint-unsupported` for what a manifest cannot say. */
export function manifestOf(facts: CheckpointFacts, imported: ImportFacts): Manifest {
  const { architecture, channels, imageResampling, version } = facts;
  const { spacing, patch } = gridOf(facts);
  return {
    name: facts.name,
    version: `fold ${imported.fold}`,
    description: inWords(facts, imported),
    modality: modalityOf(channels),
    channels: channels.map(({ name, normalisation }) => ({ name, normalisation })),
    file: 'model.onnx',
    sha256: imported.modelSha256,
    input: { name: INPUT_NAME, layout: 'NCDHW', axes: ['z', 'y', 'x'], orientation: 'file' },
    output: { name: OUTPUT_NAME, activation: facts.regionBased ? 'region-logits' : 'logits' },
    spacing,
    patch,
    overlap: 0.5,
    gaussian: true,
    mirror: facts.mirror,
    average: version === 1 ? 'probabilities' : 'output',
    nnunet: {
      version,
      transpose: facts.transpose,
      maskForNorm: channels.map(({ maskForNorm }) => maskForNorm),
      order: imageResampling.order,
      orderZ: imageResampling.orderZ,
      forceSeparateZ: imageResampling.forceSeparateZ,
      ...(isUsual(facts.scoreResampling) ? {} : { scores: facts.scoreResampling }),
      ...(architecture.patch.length === 2 ? { ownSliceSpacing: true } : {}),
    },
    labels: facts.outputs.slice(0, architecture.outputChannels),
    postprocess: postprocessOf(facts),
  };
}

/** 2D networks take one slice at a time. */
function gridOf({ spacing, trainedSliceSpacing, architecture: { patch } }: CheckpointFacts): {
  spacing: Triple;
  patch: Triple;
} {
  const [slices, ...inPlane] = spacing;
  return {
    spacing: [slices ?? trainedSliceSpacing ?? 1, ...inPlane] as Triple,
    patch: (patch.length === 2 ? [1, ...patch] : patch) as Triple,
  };
}

const isUsual = ({ order, orderZ, forceSeparateZ }: ResamplingOrders) =>
  order === 1 && orderZ === 0 && forceSeparateZ === null;

function postprocessOf({ postprocessing: { keepLargest, touching } }: CheckpointFacts): Postprocess {
  if (keepLargest.length === 0) return { keepLargest: [] };
  return {
    keepLargest: keepLargest.map(({ labels, keepFromMm3 }) =>
      labels.length === 1 && keepFromMm3 === undefined ? labels[0] : { labels, keepFromMm3 },
    ),
    touching,
  };
}

function inWords(facts: CheckpointFacts, { fold, parameters, precision }: ImportFacts): string {
  const size = parameters >= 1e5 ? `${(parameters / 1e6).toFixed(1)} million` : String(parameters);
  const half = precision === 'float16' ? ', stored in 16 bits' : '';
  return `${KINDS[facts.family]}, ${facts.trainer}, ${facts.configuration}, fold ${fold}; ${size} parameters${half}. Imported as it was trained. Transposed convolutions run as 1×1 convolutions and a reshuffle of voxels, which every provider has.`;
}
