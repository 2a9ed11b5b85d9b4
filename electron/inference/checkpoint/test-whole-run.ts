// A tiny checkpoint's whole run, from files to files, and the numbers to hold it against.
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Grid, Triple } from '../../contract/geometry.ts';
import { readMask, readVolume, writeNifti } from '../../imaging/index.ts';
import { probabilityFiles } from '../outputs.ts';
import { openModel } from '../ensemble.ts';
import { loadModel } from '../load-model.ts';
import { segment } from '../segment.ts';
import { importCheckpoint, type ImportOptions } from './import-checkpoint.ts';
import { testWeights } from './test-checkpoint.ts';

export const checkpointIn = (home: string) => join(home, 'nnUNetTrainer__nnUNetPlans__tiny');

/** A volume of D×H×W voxels without zeros, so that nothing is cropped; another one for each seed. */
export function volume([depth, height, width]: Triple, spacing: Triple, seed = 7) {
  const voxels = testWeights({ v: [depth, height, width] }, seed)['v'].values.map((v) => 20 * v + 100);
  const grid: Grid = {
    shape: [width, height, depth],
    spacing: [spacing[2], spacing[1], spacing[0]],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  return { voxels, grid };
}

/** (x − mean) / sd, as all of these plans ask for. */
export function normalised(values: Float32Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return values.map((value) => (value - mean) / Math.sqrt(variance));
}

/** Imports the checkpoint, runs it on volumes, and reads what it wrote: mask, and a map for each of `labels`. */
export async function runIn(
  home: string,
  volumes: ReturnType<typeof volume>[],
  labels: number[],
  options: Partial<ImportOptions> = {},
) {
  const modelFolder = join(home, 'model');
  const { manifest } = await importCheckpoint(checkpointIn(home), { outputFolder: modelFolder, ...options });
  const inputs = volumes.map((_, n) => join(home, `input_000${n}.nii`));
  for (const [n, path] of inputs.entries()) await writeNifti(path, volumes[n]);
  const probabilitiesPath = join(home, 'p.nii');
  const output = { kind: 'nifti' as const, path: join(home, 'mask.nii') };
  const request = { modelFolder, inputs, provider: 'cpu' as const, mirror: true, output, probabilitiesPath };
  const result = await segment(request, { load: loadModel, open: openModel });
  const maps: Float32Array[] = [];
  for (const path of probabilityFiles(probabilitiesPath, labels))
    maps.push((await readVolume(path)).voxels as Float32Array);
  return { manifest, result, maps, mask: (await readMask(output.path)).labels };
}

export function expectClose(found: Float32Array, expected: Float64Array): void {
  expect(found.length).toBe(expected.length);
  const worst = found.reduce((most, value, n) => Math.max(most, Math.abs(value - expected[n])), 0);
  expect(worst).toBeLessThan(2e-5);
}

export const channel = (scores: Float64Array, c: number, of: number) =>
  scores.slice((c * scores.length) / of, ((c + 1) * scores.length) / of);
export const sigmoid = (scores: Float64Array) => scores.map((score) => 1 / (1 + Math.exp(-score)));
