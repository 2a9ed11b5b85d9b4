// What an imported checkpoint's manifest.json says.
import type { Manifest } from '../manifest.ts';
import { modalityOf, unsupported, type CheckpointFacts } from './facts.ts';
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
    output: { name: OUTPUT_NAME, activation: facts.regionBased ? 'sigmoid' : 'logits' },
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
    },
    labels: facts.outputs.slice(0, architecture.outputChannels),
    postprocess: { keepLargest: simpleGroups(facts) },
  };
}

function gridOf({ spacing, architecture: { patch } }: CheckpointFacts): { spacing: Triple; patch: Triple } {
  if (patch.length === 2 || spacing.includes(null))
    throw unsupported('2D networks keep each volume’s own slice spacing, which models here cannot do yet');
  return { spacing: spacing as Triple, patch: patch as Triple };
}

/** Groups of several labels and volume limits stay in plans.json; a note says so. */
function simpleGroups({ postprocessing }: CheckpointFacts): number[] {
  const { keepLargest, minimumVolumeMm3 } = postprocessing;
  return keepLargest.flatMap((group) =>
    group.length === 1 && group[0] > 0 && minimumVolumeMm3[group[0]] === undefined ? group : [],
  );
}

/** One sentence for every thing in the plans that the manifest does not carry. */
export function leftOut({ postprocessing, scoreResampling }: CheckpointFacts): string[] {
  const notes: string[] = [];
  const { keepLargest, minimumVolumeMm3 } = postprocessing;
  if (keepLargest.some((group) => group.length > 1 || minimumVolumeMm3[group[0]] !== undefined))
    notes.push('Removing small parts of grouped labels, or by volume, is not run; plans.json keeps it.');
  if (scoreResampling.order !== 1 || scoreResampling.orderZ !== 0)
    notes.push('Scores are resampled linearly here, and the plans ask for another order.');
  return notes;
}

function inWords(facts: CheckpointFacts, { fold, parameters, precision }: ImportFacts): string {
  const size = parameters >= 1e5 ? `${(parameters / 1e6).toFixed(1)} million` : String(parameters);
  const half = precision === 'float16' ? ', stored in 16 bits' : '';
  return `${KINDS[facts.family]}, ${facts.trainer}, ${facts.configuration}, fold ${fold}; ${size} parameters${half}. Imported as it was trained. Transposed convolutions run as 1×1 convolutions and a reshuffle of voxels, which every provider has.`;
}
