// A seeded abdominal CT that never belonged to anyone: anatomy painted in millimetres, blurred, grained.
import type { Grid, Triple } from '../../contract/geometry.ts';
import type { Volume } from '../volume.ts';
import { drawFrame, paintBody, paintRibs, paintSpine } from './body.ts';
import { PhantomCanvas } from './canvas.ts';
import { paintBowel, paintDuodenum, paintPancreas, paintStomach } from './gut.ts';
import {
  paintKidneys,
  paintLiver,
  paintPortalVeins,
  paintSmallParts,
  paintSpleen,
  paintVessels,
} from './organs.ts';
import { drawFrom, mulberry32 } from './random.ts';

export interface PhantomOptions {
  /** Voxels; 192 × 192 × 96 unless said. */
  shape?: Triple;
  /** Millimetres; 1.8 × 1.8 × 3 unless said. The anatomy keeps its size, so a small field of view crops it. */
  spacing?: Triple;
}

export interface Phantom {
  volume: Volume;
  /** PHANTOM_LABELS a voxel: 1 pancreas, 2 liver, 3 spleen, 4 kidneys, 5 aorta, 0 the rest. */
  truth: Uint8Array;
}

/** Level, LPS z in mm, at the middle of every phantom: the pancreas. */
const MIDDLE = 144;
/** Standard deviation of the grain, HU. */
const GRAIN = 13;
/** Side weights of the blurs: what the scanner does to edges, and the correlation of its noise. */
const SCANNER_BLUR = 0.13;
const GRAIN_BLUR = 0.25;

/**
 * A portal-venous abdominal CT (int16 HU, axes towards L, P, S) and its exact labels. The same seed and options give
 * the same voxels on every machine; another seed is another patient (size, fat, organ sizes and places).
 */
export function makePhantom(seed: number, options: PhantomOptions = {}): Phantom {
  const shape = options.shape ?? [192, 192, 96];
  const spacing = options.spacing ?? [1.8, 1.8, 3];
  const centred = (axis: number) => (-(shape[axis] - 1) / 2) * spacing[axis];
  const grid: Grid = {
    shape: [...shape],
    spacing: [...spacing],
    origin: [centred(0), centred(1), MIDDLE + centred(2)],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  const canvas = new PhantomCanvas(grid);
  const draw = drawFrom(seed);
  const frame = drawFrame(draw);
  paintBody(canvas, frame, draw);
  paintRibs(canvas, frame, draw);
  paintBowel(canvas, frame, draw);
  paintLiver(canvas, frame, draw);
  paintSpleen(canvas, frame, draw);
  paintStomach(canvas, frame, draw);
  paintSpine(canvas, frame, draw);
  paintKidneys(canvas, draw);
  paintDuodenum(canvas, draw);
  paintSmallParts(canvas);
  paintVessels(canvas, draw);
  const pancreas = paintPancreas(canvas, draw);
  paintPortalVeins(canvas, pancreas);
  blurSlices(canvas.hu, shape, SCANNER_BLUR);
  addGrain(canvas.hu, shape, draw.seed());
  return {
    volume: {
      grid,
      voxelType: 'int16',
      voxels: toInt16(canvas.hu),
      format: 'nifti',
      modality: 'CT',
      warnings: [],
    },
    truth: canvas.labels,
  };
}

/** Blurs every slice along x and y with the kernel side-(1 − 2·side)-side. */
function blurSlices(values: Float32Array, [nx, ny, nz]: Triple, side: number): void {
  for (let row = 0; row < ny * nz; row++) blurLine(values, row * nx, 1, nx, side);
  for (let k = 0; k < nz; k++) {
    for (let i = 0; i < nx; i++) blurLine(values, i + nx * ny * k, nx, ny, side);
  }
}

function blurLine(values: Float32Array, start: number, step: number, count: number, side: number): void {
  let before = values[start];
  let here = before;
  for (let n = 0, at = start; n < count; n++, at += step) {
    const after = n + 1 < count ? values[at + step] : here;
    values[at] = here + side * (before - 2 * here + after);
    before = here;
    here = after;
  }
}

/** Gaussian noise, blurred so that it has the grain of a soft kernel, brought back to its standard deviation. */
function addGrain(values: Float32Array, shape: Triple, seed: number): void {
  const next = mulberry32(seed);
  const noise = new Float32Array(values.length);
  // A sum of four uniform numbers is Gaussian enough; its variance is 4/12.
  for (let n = 0; n < noise.length; n++) noise[n] = next() + next() + next() + next() - 2;
  blurSlices(noise, shape, GRAIN_BLUR);
  // The kernel keeps Σw² of the variance along either axis.
  const kept = (1 - 2 * GRAIN_BLUR) ** 2 + 2 * GRAIN_BLUR ** 2;
  const scale = GRAIN / (Math.sqrt(4 / 12) * kept);
  for (let n = 0; n < values.length; n++) values[n] += scale * noise[n];
}

function toInt16(values: Float32Array): Int16Array {
  const voxels = new Int16Array(values.length);
  for (let n = 0; n < values.length; n++) voxels[n] = Math.max(-1024, Math.min(3071, Math.round(values[n])));
  return voxels;
}
