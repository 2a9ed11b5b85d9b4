// Writes pickles and files of torch.save for tests: protocol 2, 32-bit floats, zip and legacy stream.
export interface TestTensor {
  shape: number[];
  values: Float32Array;
}

const isTensor = (value: object): value is TestTensor => 'shape' in value && 'values' in value;

export class PickleWriter {
  private readonly parts: Uint8Array[] = [];
  /** Storages met, in order; keys are their places. */
  readonly tensors: TestTensor[] = [];
  private readonly legacy: boolean;

  constructor(legacy = false) {
    this.legacy = legacy;
  }

  raw(...items: (number | string)[]): this {
    for (const item of items)
      this.parts.push(
        typeof item === 'number' ? Uint8Array.of(item) : new Uint8Array(Buffer.from(item, 'latin1')),
      );
    return this;
  }

  text(value: string): this {
    const bytes = Buffer.from(value, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    this.raw('X').parts.push(new Uint8Array(length), new Uint8Array(bytes));
    return this;
  }

  value(value: unknown): this {
    if (value === null || value === undefined) return this.raw('N');
    if (typeof value === 'boolean') return this.raw(value ? 0x88 : 0x89);
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'bigint') {
      const bytes = Array.from({ length: 10 }, (_, n) => Number((value >> BigInt(8 * n)) & 255n));
      return this.raw(0x8a, 10, ...bytes);
    }
    if (typeof value === 'number') return this.number(value);
    if (Array.isArray(value)) {
      this.raw(']', '(');
      for (const item of value) this.value(item);
      return this.raw('e');
    }
    if (isTensor(value as object)) return this.tensor(value as TestTensor);
    this.raw('}', '(');
    for (const [key, item] of Object.entries(value as object))
      this.value(/^\d+$/.test(key) ? Number(key) : key).value(item);
    return this.raw('u');
  }

  private number(value: number): this {
    const bytes = Buffer.alloc(8);
    if (Number.isInteger(value)) bytes.writeInt32LE(value);
    else bytes.writeDoubleBE(value);
    this.raw(Number.isInteger(value) ? 'J' : 'G');
    this.parts.push(new Uint8Array(bytes.subarray(0, Number.isInteger(value) ? 4 : 8)));
    return this;
  }

  private tuple(values: number[]): this {
    this.raw('(');
    for (const value of values) this.value(value);
    return this.raw('t');
  }

  private tensor(tensor: TestTensor): this {
    let key = this.tensors.indexOf(tensor);
    if (key < 0) key = this.tensors.push(tensor) - 1;
    const strides = tensor.shape.map((_, d) =>
      tensor.shape.slice(d + 1).reduce((product, n) => product * n, 1),
    );
    this.raw('c', 'torch._utils\n_rebuild_tensor_v2\n', '(', '(')
      .text('storage')
      .raw('c', 'torch\nFloatStorage\n');
    this.text(String(key)).text('cpu').value(tensor.values.length);
    if (this.legacy) this.raw('N');
    this.raw('t', 'Q').value(0).tuple(tensor.shape).tuple(strides);
    return this.raw(0x89, 'c', 'collections\nOrderedDict\n', ')', 'R', 't', 'R');
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat([Uint8Array.of(0x80, 2), ...this.parts, Uint8Array.of(0x2e)]));
  }
}

export const pickled = (value: unknown) => new PickleWriter().value(value).bytes();

const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** A file as torch.save has written it since 1.6. */
export function torchZip(value: unknown): Uint8Array {
  const writer = new PickleWriter();
  const data = writer.value(value).bytes();
  const files: [string, Uint8Array][] = [['archive/data.pkl', data]];
  writer.tensors.forEach(({ values }, n) => files.push([`archive/data/${n}`, bytesOf(values)]));
  return zipOf([...files, ['archive/version', new Uint8Array(Buffer.from('3\n'))]]);
}

export function zipOf(files: [string, Uint8Array][]): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, bytes] of files) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50);
    central.writeUInt32LE(bytes.length, 20);
    central.writeUInt32LE(bytes.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(at, 42);
    directory.push(central, Buffer.from(name));
    parts.push(local, Buffer.from(name), Buffer.from(bytes));
    at += 30 + name.length + bytes.length;
  }
  const table = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(table.length, 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...parts, table, end]));
}

/** A file as torch.save wrote it before 1.6. */
export function torchLegacy(value: unknown): Uint8Array {
  const writer = new PickleWriter(true);
  const data = writer.value(value).bytes();
  const keys = writer.tensors.map((_, n) => String(n));
  const parts = [
    pickled(0x1950a86a20f9469cfc6cn),
    pickled(1001),
    pickled({ little_endian: true }),
    data,
    pickled(keys),
  ];
  for (const { values } of writer.tensors) {
    const count = Buffer.alloc(8);
    count.writeBigUInt64LE(BigInt(values.length));
    parts.push(new Uint8Array(count), bytesOf(values));
  }
  return new Uint8Array(Buffer.concat(parts));
}
