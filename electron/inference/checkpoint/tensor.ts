// Numbers of tensors: from the file to 32-bit floats in row-major order, and to 16-bit floats.
import { damaged } from './file-reader.ts';
import { halfToNumber } from './numpy-values.ts';
import { ELEMENT_BYTES, type StorageType, type TorchTensor } from './pickle-values.ts';
import type { TorchFile } from './torch-file.ts';

export const elementsOf = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

/** Two tensors that are the very same numbers of the file. */
export function sameTensor(a: TorchTensor, b: TorchTensor): boolean {
  return (
    a.storage.key === b.storage.key &&
    a.offset === b.offset &&
    a.type === b.type &&
    String(a.shape) === String(b.shape) &&
    String(a.strides) === String(b.strides)
  );
}

/** Row-major values. Throws Problem `checkpoint-damaged` where the tensor reaches beyond its storage. */
export function readTensor(file: TorchFile, tensor: TorchTensor): Float32Array {
  const { shape, strides, type } = tensor;
  const count = elementsOf(shape);
  if (count === 0) return new Float32Array(0);
  const size = ELEMENT_BYTES[type];
  const last = shape.reduce((sum, n, d) => sum + (n - 1) * strides[d], 0);
  const source = file.storage(tensor.storage);
  if (tensor.offset < 0 || (tensor.offset + last + 1) * size > source.size)
    throw damaged(file.path, 'a tensor reaches beyond its numbers');
  const bytes = new Uint8Array((last + 1) * size);
  source.read(tensor.offset * size, bytes);
  const flat = toFloats(bytes, type);
  return isRowMajor(shape, strides) ? flat : gather(flat, shape, strides);
}

function isRowMajor(shape: number[], strides: number[]): boolean {
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && strides[d] !== step) return false;
    step *= shape[d];
  }
  return true;
}

function gather(flat: Float32Array, shape: number[], strides: number[]): Float32Array {
  const out = new Float32Array(elementsOf(shape));
  const index = shape.map(() => 0);
  for (let n = 0, at = 0; n < out.length; n++) {
    out[n] = flat[at];
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d];
      if (++index[d] < shape[d]) break;
      at -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
  return out;
}

function toFloats(bytes: Uint8Array, type: StorageType): Float32Array {
  const { buffer } = bytes;
  switch (type) {
    case 'float32':
      return new Float32Array(buffer);
    case 'float64':
      return Float32Array.from(new Float64Array(buffer));
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer), halfToNumber);
    case 'bfloat16':
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => (bits << 16) >>> 0).buffer);
    case 'int64':
      return Float32Array.from(new BigInt64Array(buffer), Number);
    case 'int32':
      return Float32Array.from(new Int32Array(buffer));
    case 'int16':
      return Float32Array.from(new Int16Array(buffer));
    case 'int8':
      return Float32Array.from(new Int8Array(buffer));
    case 'uint8':
    case 'bool':
      return Float32Array.from(bytes);
  }
}

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** Bits of the nearest IEEE 754 half, ties to even; what is too large becomes infinite. */
export function numberToHalf(value: number): number {
  scratch[0] = value;
  const bits = scratchBits[0];
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x7f800000) return sign | 0x7c00 | (magnitude > 0x7f800000 ? 0x200 : 0);
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Below 2⁻¹⁴ halves are whole multiples of 2⁻²⁴.
    const scaled = Math.abs(scratch[0]) * 2 ** 24;
    const floor = Math.floor(scaled);
    const rest = scaled - floor;
    return sign | (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor);
  }
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}
