// What an imported checkpoint's manifest.json says.
import type { Manifest, Postprocess } from '../manifest.ts';
import { modalityOf, sequenceOf, type CheckpointFacts, type ResamplingOrders } from './facts.ts';
import { INPUT_NAME, OUTPUT_NAME, type WeightPrecision } from './network.ts';

export interface ImportFacts {
  folds: string[];
  /** Of one network. */
  parameters: number;
  precision: WeightPrecision;
  /** One for each fold. */
  networks: { file: string; sha256: string }[];
}

const KINDS = { 'nnunet-v1': 'nnU-Net v1', pansegnet: 'PanSegNet', 'nnunet-v2': 'nnU-Net v2' };

type Triple = [number, number, number];

/** Throws Problem `checkpoint-unsupported` for what a manifest cannot say. */
export function manifestOf(facts: CheckpointFacts, imported: ImportFacts): Manifest {
  const { architecture, channels, imageResampling, version } = facts;
  const { spacing, patch } = gridOf(facts);
  const [first, ...others] = imported.networks;
  const sequence = sequenceOf(channels);
  return {
    name: facts.name,
    version: inWords(imported.folds),
    description: description(facts, imported),
    modality: modalityOf(channels),
    ...(sequence ? { sequence } : {}),
    channels: channels.map(({ name, normalisation }) => ({ name, normalisation })),
    ...first,
    ...(others.length > 0 ? { ensemble: others } : {}),
    input: { name: INPUT_NAME, layout: 'NCDHW', axes: ['z', 'y', 'x'], orientation: facts.orientation },
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

/** `fold 0`, `folds 0, 1 and 2`, `all data`. */
export function inWords(folds: string[]): string {
  if (folds.length > 1) return `folds ${folds.slice(0, -1).join(', ')} and ${folds.at(-1)}`;
  return folds[0] === 'all' ? 'all data' : `fold ${folds[0]}`;
}

function description(facts: CheckpointFacts, { folds, parameters, precision }: ImportFacts): string {
  const size = parameters >= 1e5 ? `${(parameters / 1e6).toFixed(1)} million` : String(parameters);
  const half = precision === 'float16' ? ', stored in 16 bits' : '';
  const averaged = facts.version === 1 ? 'probabilities' : 'scores';
  const together =
    folds.length > 1 ? ` each; the ${averaged} of the ${folds.length} networks are averaged` : '';
  return `${KINDS[facts.family]}, ${facts.trainer}, ${facts.configuration}, ${inWords(folds)}; ${size} parameters${half}${together}. Imported as it was trained. Transposed convolutions run as 1×1 convolutions and a reshuffle of voxels, which every provider has.${thickSliceQuirk(facts)}`;
}

/** v1 looks for thick slices in the volume's own axes with the network's permuted spacing; said where it matters. */
function thickSliceQuirk({ version, transpose }: CheckpointFacts): string {
  if (version !== 1 || transpose.join() === '0,1,2') return '';
  return ' As nnU-Net v1 does, scores go back with thick slices looked for along the permuted axes.';
}
