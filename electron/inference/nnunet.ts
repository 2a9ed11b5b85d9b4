// nnU-Net's own steps from the arranged volume to the network and back, version 1 and version 2 as each does them.
import type { Triple } from '../contract/geometry.ts';
import { decideAt, type Decision } from './decide.ts';
import { decideInSlices, type BlendOrder } from './decide-slices.ts';
import type { Manifest, NnunetPlan, Normalisation } from './manifest.ts';
import { normalise } from './normalise.ts';
import {
  boxOf,
  cutOut,
  fillHoles,
  inverseOrder,
  nonZero,
  putIn,
  transpose,
  type ArrayBox,
} from './nnunet-crop.ts';
import { nnunetResample, nnunetShape, thickDimension, type ResampleOrders } from './nnunet-resample.ts';

export interface PreparedVolume {
  /** Network-ready, one array a channel, in transposed order. */
  arrays: Float32Array[];
  shape: Triple;
  /** Scores of that shape, one array a channel of the output → labels on the arranged volume. */
  decide(scores: Float32Array[]): Uint8Array;
  /** One channel of scores → the same on the arranged volume, `outside` (0 if not given) beyond the crop. */
  restore(scores: Float32Array, outside?: number): Float32Array;
}

type Plan = Pick<Manifest, 'channels' | 'spacing'> & Decision & { nnunet: NnunetPlan };

/**
 * `channels` are arrays in z, y, x order (x fastest) of `shape` and `spacing` (mm). `onShape` hears the network's shape
 * before anything of that size is made, and may throw.
 */
export function prepareNnunet(
  channels: Float32Array[],
  shape: Triple,
  spacing: Triple,
  plan: Plan,
  onShape: (networkShape: Triple) => void = () => undefined,
): PreparedVolume {
  const { nnunet } = plan;
  const order = nnunet.transpose;
  const mask = nonZero(channels);
  const box = boxOf(mask, shape);
  const cropped = channels.map((values) => transpose(cutOut(values, shape, box), box.shape, order));
  const inside = nnunet.maskForNorm.some(Boolean) ? insideMask(mask, shape, box, order) : null;
  const croppedShape = permute(box.shape, order);
  const croppedSpacing = permute(spacing, order);
  const target = targetSpacing(plan, croppedSpacing);
  const networkShape = nnunetShape(croppedShape, croppedSpacing, target);
  onShape(networkShape);
  const thick = thickDimension(croppedSpacing, target, nnunet.forceSeparateZ);
  const orders = { order: nnunet.order, orderZ: nnunet.orderZ };
  const resized = (values: Float32Array) => nnunetResample(values, croppedShape, networkShape, thick, orders);
  const arrays = cropped.map((values, c) => {
    const { normalisation } = plan.channels[c];
    const masked = nnunet.maskForNorm[c] ? inside : null;
    zeroInfinite(values);
    if (nnunet.version === 2) {
      normaliseV2(values, normalisation, masked);
      return resized(values);
    }
    const result = resized(values);
    normaliseV1(result, normalisation, masked && resizeMask(masked, croppedShape, networkShape, thick));
    return result;
  });
  const back = backwards(plan, { shape, spacing, box, networkShape, target });
  return { arrays, shape: networkShape, ...back };
}

/** Of the network, transposed (mm); slices of 2D networks stay as far apart as they are. */
function targetSpacing({ spacing, nnunet }: Plan, present: Triple): Triple {
  if (spacing === null) return present;
  return nnunet.ownSliceSpacing ? [present[0], spacing[1], spacing[2]] : spacing;
}

interface Geometry {
  shape: Triple;
  spacing: Triple;
  box: ArrayBox;
  networkShape: Triple;
  target: Triple;
}

/** Scores go back linearly, nearest across thick slices, unless plans say otherwise. */
const SCORES: NonNullable<NnunetPlan['scores']> = { order: 1, orderZ: 0, forceSeparateZ: null };

/** The way back: scores are resampled, decided, and put where the crop was. */
function backwards(plan: Plan, { shape, spacing, box, networkShape, target }: Geometry) {
  const { nnunet } = plan;
  const order = nnunet.transpose;
  const inverse = inverseOrder(order);
  const orders = nnunet.scores ?? { ...SCORES, forceSeparateZ: nnunet.forceSeparateZ };
  const force = orders.forceSeparateZ;
  // v1 exports in the volume's own order, yet looks for thick slices in the transposed target spacing (its quirk);
  // v2 stays transposed and looks at the target spacing first.
  const thick =
    nnunet.version === 1
      ? thickDimension(spacing, target, force)
      : thickDimension(target, permute(spacing, order), force);
  const resize =
    nnunet.version === 1
      ? (scores: Float32Array) =>
          nnunetResample(
            transpose(scores, networkShape, inverse),
            permute(networkShape, inverse),
            box.shape,
            thick,
            orders,
          )
      : (scores: Float32Array) =>
          transpose(
            nnunetResample(scores, networkShape, permute(box.shape, order), thick, orders),
            permute(box.shape, order),
            inverse,
          );
  const sliced = ordersBySlice(orders, thick);
  const inSlices = (scores: Float32Array[]) => {
    if (!sliced) return decideAt(scores, box.shape, plan, resize);
    if (nnunet.version === 1) {
      const turned = scores.map((values) => transpose(values, networkShape, inverse));
      return decideInSlices(turned, permute(networkShape, inverse), box.shape, sliced, plan);
    }
    const cropped = permute(box.shape, order);
    return transpose(decideInSlices(scores, networkShape, cropped, sliced, plan), cropped, inverse);
  };
  return {
    decide: (scores: Float32Array[]) => putIn(inSlices(scores), shape, box),
    restore: (scores: Float32Array, outside = 0) => putIn(resize(scores), shape, box, outside),
  };
}

/** Orders along each dimension where slices can be decided one by one; null for cubic scores, which need them all. */
function ordersBySlice({ order, orderZ }: ResampleOrders, thick: number | null) {
  const along = [0, 1, 2].map((d) => (d === thick ? orderZ : order));
  return along.every((one) => one < 2) ? (along as [BlendOrder, BlendOrder, BlendOrder]) : null;
}

function permute(values: Triple, order: Triple): Triple {
  return order.map((d) => values[d]) as Triple;
}

function insideMask(mask: Uint8Array, shape: Triple, box: ArrayBox, order: Triple): Uint8Array {
  const filled = mask.slice();
  fillHoles(filled, shape);
  return transpose(cutOut(filled, shape, box), box.shape, order);
}

/** nnU-Net does this to NaN; an infinite voxel would make every other one NaN there. */
function zeroInfinite(values: Float32Array): void {
  // x − x is 0 for finite numbers only.
  for (let n = 0; n < values.length; n++) if (values[n] - values[n] !== 0) values[n] = 0;
}

/** v1 resamples the mask as a segmentation: linearly, and inside where at least half is inside. */
function resizeMask(mask: Uint8Array, from: Triple, to: Triple, thick: number | null): Uint8Array {
  const share = nnunetResample(Float32Array.from(mask), from, to, thick, { order: 1, orderZ: 0 });
  return Uint8Array.from(share, (value) => (value >= 0.5 ? 1 : 0));
}

/** v1: sd + 1e-8; what lies outside a mask becomes 0. */
function normaliseV1(values: Float32Array, scheme: Normalisation, mask: Uint8Array | null): void {
  if (scheme.scheme === 'ct-clip') clipAndScale(values, scheme, scheme.sd);
  else if (scheme.scheme === 'zscore') {
    const { mean, sd } = momentsOf(values, mask);
    for (let n = 0; n < values.length; n++) values[n] = (values[n] - mean) / (sd + 1e-8);
  } else scaleOther(values, scheme);
  if (mask) for (let n = 0; n < values.length; n++) if (mask[n] === 0) values[n] = 0;
}

/** v2: max(sd, 1e-8); z-score inside a mask leaves the outside as it is. */
function normaliseV2(values: Float32Array, scheme: Normalisation, mask: Uint8Array | null): void {
  if (scheme.scheme === 'ct-clip') return clipAndScale(values, scheme, Math.max(scheme.sd, 1e-8));
  if (scheme.scheme !== 'zscore') return scaleOther(values, scheme);
  const { mean, sd } = momentsOf(values, mask);
  const divisor = Math.max(sd, 1e-8);
  for (let n = 0; n < values.length; n++)
    if (!mask || mask[n] === 1) values[n] = (values[n] - mean) / divisor;
}

function clipAndScale(
  values: Float32Array,
  { lower, upper, mean }: Extract<Normalisation, { scheme: 'ct-clip' }>,
  divisor: number,
): void {
  for (let n = 0; n < values.length; n++) {
    values[n] = (Math.min(upper, Math.max(lower, values[n])) - mean) / divisor;
  }
}

function scaleOther(values: Float32Array, scheme: Normalisation): void {
  if (scheme.scheme === 'none') return;
  // nnU-Net knows no fixed window; a manifest that asks for one gets it all the same.
  if (scheme.scheme === 'window') return normalise(values, scheme);
  let low = Infinity;
  let high = -Infinity;
  for (let n = 0; n < values.length; n++) {
    if (values[n] < low) low = values[n];
    if (values[n] > high) high = values[n];
  }
  const range = Math.max(high - low, 1e-8);
  for (let n = 0; n < values.length; n++) values[n] = (values[n] - low) / range;
}

/** Mean and population sd, of the masked voxels where there is a mask; 0 and 0 of none. */
function momentsOf(values: Float32Array, mask: Uint8Array | null): { mean: number; sd: number } {
  let count = 0;
  let sum = 0;
  for (let n = 0; n < values.length; n++) {
    if (mask && mask[n] === 0) continue;
    count++;
    sum += values[n];
  }
  if (count === 0) return { mean: 0, sd: 0 };
  const mean = sum / count;
  let squares = 0;
  for (let n = 0; n < values.length; n++) if (!mask || mask[n] === 1) squares += (values[n] - mean) ** 2;
  return { mean, sd: Math.sqrt(squares / count) };
}
