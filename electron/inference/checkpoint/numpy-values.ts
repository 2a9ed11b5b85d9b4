// Elements of numpy arrays from their bytes.
import { type NumpyArray, NumpyType } from './pickle-values.ts';

const READERS: Record<string, [number, (view: DataView, at: number, little: boolean) => number]> = {
  f8: [8, (v, at, l) => v.getFloat64(at, l)],
  f4: [4, (v, at, l) => v.getFloat32(at, l)],
  f2: [2, (v, at, l) => halfToNumber(v.getUint16(at, l))],
  i8: [8, (v, at, l) => Number(v.getBigInt64(at, l))],
  i4: [4, (v, at, l) => v.getInt32(at, l)],
  i2: [2, (v, at, l) => v.getInt16(at, l)],
  i1: [1, (v, at) => v.getInt8(at)],
  u8: [8, (v, at, l) => Number(v.getBigUint64(at, l))],
  u4: [4, (v, at, l) => v.getUint32(at, l)],
  u2: [2, (v, at, l) => v.getUint16(at, l)],
  u1: [1, (v, at) => v.getUint8(at)],
  b1: [1, (v, at) => v.getUint8(at)],
};

/** Bits of an IEEE 754 half → number. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Throws RangeError where the bytes and the type do not fit, or the type is unknown. */
export function decodeNumbers(bytes: Uint8Array, type: NumpyType, count: number): number[] {
  const reader = READERS[type.code];
  if (!reader) throw new RangeError(`numpy type ${type.code} is not known`);
  const [size, get] = reader;
  if (bytes.length !== size * count) throw new RangeError('a numpy array has the wrong number of bytes');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, n) => get(view, n * size, type.littleEndian));
}

/** numpy’s `__setstate__`: (version, shape, type, Fortran order, bytes or list of objects). */
export function fillArray(array: NumpyArray, state: unknown): void {
  if (!Array.isArray(state) || state.length !== 5) throw new RangeError('a numpy array has no state');
  const [, shape, type, fortran, data] = state as unknown[];
  if (!isShape(shape) || !(type instanceof NumpyType)) throw new RangeError('a numpy array has no shape');
  const count = shape.reduce((product, n) => product * n, 1);
  array.shape = shape;
  if (Array.isArray(data)) array.values = data;
  else if (data instanceof Uint8Array) array.values = decodeNumbers(data, type, count);
  else throw new RangeError('a numpy array has no values');
  if (array.values.length !== count) throw new RangeError('a numpy array has the wrong number of values');
  if (fortran === true && shape.length > 1) array.values = toRowMajor(array.values, shape);
}

export function isShape(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= 32 &&
    value.every((n) => Number.isSafeInteger(n) && Number(n) >= 0)
  );
}

function toRowMajor(values: unknown[], shape: number[]): unknown[] {
  const steps = shape.map((_, d) => shape.slice(0, d).reduce((product, n) => product * n, 1));
  return values.map((_, index) => {
    let rest = index;
    let at = 0;
    for (let d = shape.length - 1; d >= 0; d--) {
      at += (rest % shape[d]) * steps[d];
      rest = Math.floor(rest / shape[d]);
    }
    return values[at];
  });
}
