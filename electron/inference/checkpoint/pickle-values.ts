// What unpickling gives: plain data, arrays, tensors by reference, and records of classes that are never run.

/** A Python class or function on the allow-list; `call` is our own stand-in for calling it. */
export class Global {
  readonly name: string;
  readonly call: ((args: unknown[]) => unknown) | null;

  constructor(name: string, call: ((args: unknown[]) => unknown) | null) {
    this.name = name;
    this.call = call;
  }
}

/** An object of a known class, kept as data: what it was made with and its state. */
export class OpaqueRecord {
  readonly className: string;
  readonly args: unknown[];
  state: unknown = null;

  constructor(className: string, args: unknown[]) {
    this.className = className;
    this.args = args;
  }
}

export class NumpyType {
  /** As numpy writes it: a letter and the bytes an element, `f8`. */
  readonly code: string;
  littleEndian = true;

  constructor(code: string) {
    this.code = code;
  }
}

export class NumpyArray {
  shape: number[] = [];
  /** In C order; numbers, booleans as 0 and 1, or any objects. */
  values: unknown[] = [];
}

export type StorageType =
  'float64' | 'float32' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool';

/** Where numbers of tensors lie in the file; read only when a tensor is. */
export interface TorchStorage {
  key: string;
  type: StorageType;
  /** Elements. */
  count: number;
}

export class TorchTensor {
  readonly storage: TorchStorage;
  /** First element in the storage. */
  readonly offset: number;
  readonly shape: number[];
  /** Elements between neighbours, a dimension. */
  readonly strides: number[];
  readonly type: StorageType;

  constructor(
    storage: TorchStorage,
    offset: number,
    shape: number[],
    strides: number[],
    type: StorageType = storage.type,
  ) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    this.type = type;
  }
}

export const ELEMENT_BYTES: Record<StorageType, number> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/**
 * Unpickled data as JSON would hold it: dictionaries become objects with text keys, arrays of numpy nested lists,
 * whatever has no such form null. Cycles and depths beyond 64 become null.
 */
export function toPlain(value: unknown, depth = 0): unknown {
  if (depth > 64) return null;
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, entry]) => [String(key), toPlain(entry, depth + 1)]));
  if (value instanceof Set) return [...value].map((entry) => toPlain(entry, depth + 1));
  if (Array.isArray(value)) return value.map((entry) => toPlain(entry, depth + 1));
  if (value instanceof NumpyArray) return nested(value.values, value.shape, depth);
  if (value instanceof Global) return value.name;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  return null;
}

function nested(values: unknown[], shape: number[], depth: number): unknown {
  if (shape.length === 0) return toPlain(values[0], depth + 1);
  if (shape.length === 1) return values.map((entry) => toPlain(entry, depth + 1));
  const step = values.length / shape[0];
  return Array.from({ length: shape[0] }, (_, n) =>
    nested(values.slice(n * step, (n + 1) * step), shape.slice(1), depth),
  );
}
