// Everything that a checkpoint folder says about its model, in one form for every version: the companion plans.json.
import { sequenceIn, type Sequence } from '../../contract/sequence.ts';
import * as z from 'zod';
import { Problem } from '../../contract/problem.ts';
import type { Normalisation, SplineOrder } from '../manifest.ts';
import type { Architecture } from './architecture.ts';

export interface ChannelFacts {
  name: string;
  /** As the plans name it. */
  scheme: string;
  normalisation: Normalisation;
  /** Mean and sd are taken, and zero is kept, inside the non-zero mask. */
  maskForNorm: boolean;
}

export interface ResamplingOrders {
  /** Spline order within slices. */
  order: SplineOrder;
  /** Order across thick slices. */
  orderZ: SplineOrder;
  forceSeparateZ: boolean | null;
}

export interface OutputFacts {
  channel: number;
  /** Value in the mask; 0 is background. */
  label: number;
  name: string;
}

export interface PostprocessingFacts {
  /** Groups of labels of which only the largest connected part is kept, in this order; a group counts as one. */
  keepLargest: { labels: number[]; keepFromMm3?: number }[];
  /** v1 joins voxels that share a face, v2 those that share a corner. */
  touching: 'faces' | 'corners';
}

export interface CheckpointFacts {
  family: 'nnunet-v1' | 'pansegnet' | 'nnunet-v2';
  version: 1 | 2;
  name: string;
  trainer: string;
  /** `2d`, `3d_fullres`, `3d_lowres` or what the plans call it. */
  configuration: string;
  architecture: Architecture;
  channels: ChannelFacts[];
  /** `file`: axes as stored; RAS where nnU-Net turned every volume so before anything else. */
  orientation: 'file' | 'RAS';
  /** transpose_forward of the plans, on z, y, x. */
  transpose: [number, number, number];
  /** mm, transposed order; null for the first of a 2D network, which keeps the volume's own. */
  spacing: (number | null)[];
  /** mm between the slices that a 2D network saw in training; null where the plans do not say, and in 3D. */
  trainedSliceSpacing: number | null;
  imageResampling: ResamplingOrders;
  scoreResampling: ResamplingOrders;
  /** Region-based networks decide every channel by itself, later channels over earlier. */
  regionBased: boolean;
  outputs: OutputFacts[];
  /** Dimensions D, H, W (0, 1, 2) that training mirrored. */
  mirror: number[];
  postprocessing: PostprocessingFacts;
  notes: string[];
}

/** Sides of a patch, spacing or kernel list; numbers as plans write them. */
export const numbers = z.array(z.number()).min(2).max(3);
export const permutation = z
  .tuple([z.int(), z.int(), z.int()])
  .refine((order) => [...order].sort().join() === '0,1,2', 'must hold 0, 1 and 2');

/** Parses plans; throws Problem `checkpoint-plans-wrong` that names the file and the first wrong field. */
export function parsePlans<T>(schema: z.ZodType<T>, value: unknown, file: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw plansWrong(`${file} is wrong at ${issue.path.join('.') || 'its start'}: ${issue.message}`);
}

export function plansWrong(what: string): Problem {
  return new Problem('checkpoint-plans-wrong', `${what}. Nothing was imported.`, { status: 422 });
}

/** What is understood and cannot be run; `why` is a whole sentence without its full stop. */
export function unsupported(why: string): Problem {
  return new Problem('checkpoint-unsupported', `${why}. Nothing was imported.`, { status: 422 });
}

/** The orders that are computed here; others are refused. */
export const splineOrder = z.union([z.literal(0), z.literal(1), z.literal(3)]);

/** CT or MR where a channel's name says so. */
export function modalityOf(channels: { name: string }[]): string | null {
  const kinds = new Set(
    channels.map(({ name }) => {
      if (/^ct\b|^cta$|computed tomography/i.test(name)) return 'CT';
      return /^mri?([^a-z]|$)/i.test(name) || sequenceIn(name) !== null ? 'MR' : null;
    }),
  );
  const [kind] = kinds;
  return kinds.size === 1 ? kind : null;
}

/** The MR sequence where the channels name one and the same. */
export function sequenceOf(channels: { name: string }[]): Sequence | undefined {
  const sequences = new Set(channels.map(({ name }) => sequenceIn(name)));
  const [sequence] = sequences;
  return sequences.size === 1 && sequence !== null ? sequence : undefined;
}
