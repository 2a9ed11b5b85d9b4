// nnU-Net's cropping: the box around what is not zero in any channel, and the mask inside it.
import type { Triple } from '../contract/geometry.ts';

/** Half-open box in array order. */
export interface ArrayBox {
  low: Triple;
  shape: Triple;
}

/** 1 where any channel is not zero. */
export function nonZero(channels: readonly Float32Array[]): Uint8Array {
  const mask = new Uint8Array(channels[0].length);
  for (const values of channels) {
    // A value that is no number differs from zero, as it does for NumPy.
    for (let n = 0; n < mask.length; n++) if (values[n] !== 0) mask[n] = 1;
  }
  return mask;
}

/** The box around the mask; the whole array when the mask is empty. Filling holes first would not change it. */
export function boxOf(mask: Uint8Array, shape: Triple): ArrayBox {
  const low: Triple = [...shape];
  const high: Triple = [-1, -1, -1];
  for (let d = 0, n = 0; d < shape[0]; d++) {
    for (let h = 0; h < shape[1]; h++) {
      for (let w = 0; w < shape[2]; w++, n++) {
        if (mask[n] === 0) continue;
        if (d < low[0]) low[0] = d;
        if (d > high[0]) high[0] = d;
        if (h < low[1]) low[1] = h;
        if (h > high[1]) high[1] = h;
        if (w < low[2]) low[2] = w;
        if (w > high[2]) high[2] = w;
      }
    }
  }
  if (high[0] < 0) return { low: [0, 0, 0], shape };
  return { low, shape: low.map((l, d) => high[d] - l + 1) as Triple };
}

/** Holes (zeros that no path of faces joins to the border) become 1, in place: SciPy's binary_fill_holes. */
export function fillHoles(mask: Uint8Array, shape: Triple): void {
  const [depth, height, width] = shape;
  const slice = height * width;
  const OUTSIDE = 2;
  const queue: number[] = [];
  const reach = (n: number) => {
    if (mask[n] !== 0) return;
    mask[n] = OUTSIDE;
    queue.push(n);
  };
  for (let d = 0, n = 0; d < depth; d++) {
    for (let h = 0; h < height; h++) {
      for (let w = 0; w < width; w++, n++) {
        if (d === 0 || h === 0 || w === 0 || d === depth - 1 || h === height - 1 || w === width - 1) reach(n);
      }
    }
  }
  for (let n = queue.pop(); n !== undefined; n = queue.pop()) {
    const w = n % width;
    const h = Math.floor(n / width) % height;
    const d = Math.floor(n / slice);
    if (w > 0) reach(n - 1);
    if (w < width - 1) reach(n + 1);
    if (h > 0) reach(n - width);
    if (h < height - 1) reach(n + width);
    if (d > 0) reach(n - slice);
    if (d < depth - 1) reach(n + slice);
  }
  for (let n = 0; n < mask.length; n++) mask[n] = mask[n] === OUTSIDE ? 0 : 1;
}

/** The part of an array inside `box`. */
export function cutOut<T extends Float32Array | Uint8Array>(values: T, shape: Triple, box: ArrayBox): T {
  if (box.shape.every((n, d) => n === shape[d])) return values;
  const out = new (values.constructor as new (length: number) => T)(
    box.shape[0] * box.shape[1] * box.shape[2],
  );
  forEachRow(shape, box, (whole, part) => out.set(values.subarray(whole, whole + box.shape[2]), part));
  return out;
}

/** Puts a part back where `box` lies; everything else is `outside`. */
export function putIn<T extends Float32Array | Uint8Array>(
  part: T,
  shape: Triple,
  box: ArrayBox,
  outside = 0,
): T {
  if (box.shape.every((n, d) => n === shape[d])) return part;
  const out = new (part.constructor as new (length: number) => T)(shape[0] * shape[1] * shape[2]);
  if (outside !== 0) out.fill(outside);
  forEachRow(shape, box, (whole, at) => out.set(part.subarray(at, at + box.shape[2]), whole));
  return out;
}

function forEachRow(shape: Triple, box: ArrayBox, visit: (whole: number, part: number) => void): void {
  for (let d = 0; d < box.shape[0]; d++) {
    for (let h = 0; h < box.shape[1]; h++) {
      const whole = ((d + box.low[0]) * shape[1] + h + box.low[1]) * shape[2] + box.low[2];
      visit(whole, (d * box.shape[1] + h) * box.shape[2]);
    }
  }
}

/** A copy whose dimension n is dimension `order[n]` of `values`: NumPy's transpose(order). */
export function transpose<T extends Float32Array | Uint8Array>(values: T, shape: Triple, order: Triple): T {
  if (order.every((d, n) => d === n)) return values;
  const strides = [shape[1] * shape[2], shape[2], 1];
  const [d0, d1, d2] = order;
  const out = new (values.constructor as new (length: number) => T)(values.length);
  let n = 0;
  for (let a = 0; a < shape[d0]; a++) {
    for (let b = 0; b < shape[d1]; b++) {
      let from = a * strides[d0] + b * strides[d1];
      for (let c = 0; c < shape[d2]; c++, from += strides[d2]) out[n++] = values[from];
    }
  }
  return out;
}

/** The order that undoes `order`. */
export function inverseOrder(order: Triple): Triple {
  const inverse: Triple = [0, 0, 0];
  order.forEach((d, n) => (inverse[d] = n));
  return inverse;
}
