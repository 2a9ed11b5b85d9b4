// Memory that a run is sure to need, so that a hopeless one is refused at once instead of dying after minutes.
import { totalmem } from 'node:os';
import type { Triple } from '../contract/geometry.ts';
import { Problem } from '../contract/problem.ts';
import type { Manifest } from './manifest.ts';

const FLOAT = 4;

/** Shapes of the volume as arranged and as the network sees it. */
export interface RunSizes {
  shape: Triple;
  networkShape: Triple;
  probabilities: boolean;
}

type Sized = Pick<Manifest, 'channels' | 'labels' | 'patch' | 'output'> &
  Partial<Pick<Manifest, 'nnunet' | 'average'>>;

/**
 * Bytes that a run holds at its widest moment, at the least: the arrays of this program, and of the network one tile's
 * input, output and one layer between them. What a network keeps beyond that only it knows.
 */
export function leastMemory(
  { shape, networkShape, probabilities }: RunSizes,
  { channels, labels, patch, output, nnunet, average }: Sized,
): number {
  const inputs = channels.length;
  // Softmax of logits needs the sum over all channels at the volume's size.
  const sumOfAll = output.activation === 'logits' && average === 'output';
  const outputs = 1 + Math.max(...labels.map(({ channel }) => channel));
  const whole = networkShape.map((n, d) => Math.max(n, patch?.[d] ?? 0)) as Triple;
  const tile = count(patch ?? whole);
  const inTiles = patch !== null && count(whole) > tile;
  // Summed tiles and their weights; a single tile's output is the sum itself.
  const sums = inTiles ? count(whole) * (outputs + 1) : 0;
  // A single channel that is one tile goes in as it is; otherwise tiles are copies.
  const copies = inputs === 1 && tile === count(whole) ? 0 : tile * inputs;
  const running = count(whole) * inputs + sums + copies + tile * (outputs + Math.max(inputs, outputs));
  // Scores of all channels, one of them at the volume's size, the best score so far, and labels in bytes. nnU-Net's
  // are decided slice by slice unless they are resampled by cubic splines.
  const bySlice = nnunet !== undefined && nnunet.scores?.order !== 3;
  const resized = bySlice || shape.every((n, d) => n === networkShape[d]) ? 0 : 1;
  const best = bySlice || output.activation === 'sigmoid' || output.activation === 'region-logits' ? 0 : 1;
  const maps = probabilities ? labels.filter(({ label }) => label !== 0).length + Number(sumOfAll) : 0;
  const deciding = count(whole) * outputs + count(shape) * (resized + best + maps + 0.25);
  // A volume has one byte a voxel at the least.
  return FLOAT * (count(shape) * inputs * 0.25 + Math.max(running, deciding));
}

/**
 * Throws Problem `inference-needs-memory` when `needed` bytes are more than there are. `available` is what this
 * process may still take; macOS counts cached files as used, so there it is all the memory of the machine.
 */
export function refuseBeyondMemory(
  needed: number,
  { name, shape }: { name: string; shape: Triple },
  available = process.platform === 'darwin' ? totalmem() : process.availableMemory(),
): void {
  if (needed <= available) return;
  throw new Problem(
    'inference-needs-memory',
    `${name} needs at least ${inGigabytes(needed)} of memory for ${shape.join('×')} voxels and ${inGigabytes(available)} are free. Nothing was run; close other programs, or run it where there is more memory.`,
    { status: 507 },
  );
}

const count = (shape: Triple) => shape[0] * shape[1] * shape[2];

function inGigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`;
}
