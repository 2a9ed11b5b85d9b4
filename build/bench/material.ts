// What the benchmarks work on: a 512×512×300 phantom CT and two masks of it, made once and kept in out/bench.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Triple } from '../../electron/contract/geometry.ts';
import { makePhantom, PHANTOM_LABELS, writeNifti } from '../../electron/imaging/index.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const folder = join(root, 'out', 'bench');
export const SHAPE: Triple = [512, 512, 300];
export const SPACING: Triple = [0.8, 0.8, 1];
export const ORGANS = { liver: PHANTOM_LABELS.liver, pancreas: PHANTOM_LABELS.pancreas };

export interface Material {
  /** The CT, int16, compressed. */
  image: string;
  /** Raw labels, one byte a voxel, i fastest. */
  reference: string;
  test: string;
}

export async function material(say: (line: string) => void): Promise<Material> {
  mkdirSync(folder, { recursive: true });
  const paths = {
    image: join(folder, 'phantom-512.nii.gz'),
    reference: join(folder, 'reference.raw'),
    test: join(folder, 'test.raw'),
  };
  if (Object.values(paths).every((path) => existsSync(path))) return paths;
  say('making a 512×512×300 phantom (once) …');
  const { volume, truth } = makePhantom(7, { shape: SHAPE, spacing: SPACING });
  await writeNifti(paths.image, { grid: volume.grid, voxels: volume.voxels });
  writeWhole(paths.reference, truth);
  writeWhole(paths.test, secondReader(truth));
  return paths;
}

/** Another hand: the same organs, moved by two voxels, a third and a slice, and frayed. */
function secondReader(truth: Uint8Array): Uint8Array {
  const [nx, ny, nz] = SHAPE;
  const test = new Uint8Array(truth.length);
  for (let k = 1; k < nz; k++) {
    for (let j = 3; j < ny; j++) {
      const to = (k * ny + j) * nx;
      const from = ((k - 1) * ny + j - 3) * nx;
      const fray = (j * 7 + k * 13) % 3;
      test.set(truth.subarray(from, from + nx - 2 - fray), to + 2 + fray);
    }
  }
  return test;
}

function writeWhole(path: string, bytes: Uint8Array): void {
  writeFileSync(`${path}.part`, bytes);
  renameSync(`${path}.part`, path);
}

export const readLabels = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
