// An ONNX file (IR 8, opset 17) written piece by piece, so that one weight at a time is in memory.
import onnxProto, { type onnx } from 'onnx-proto';
import { Problem } from '../../contract/problem.ts';
import { elementsOf, numberToHalf } from './tensor.ts';

// The package is CommonJS: its namespace arrives as the default export.
const proto = onnxProto.onnx;
const { FLOAT, FLOAT16, INT64 } = proto.TensorProto.DataType;

type Attribute = number | readonly number[];

interface Constant {
  name: string;
  dims: number[];
  type: number;
  byteLength: number;
  bytes(): Uint8Array;
}

export interface GraphEnds {
  name: string;
  /** Dimensions; text stands for a free one. */
  dims: (number | string)[];
}

/** Protocol Buffers refuse messages of 2 GiB and more. */
const LARGEST = 2 ** 31 - 1;

/** A graph under construction; every method that adds something returns its name. */
export class OnnxGraph {
  private readonly nodes: onnx.INodeProto[] = [];
  private readonly constants: Constant[] = [];
  private readonly halfWeights: boolean;
  private counter = 0;

  /** With `halfWeights`, large weights are stored as 16-bit floats and widened when the network is opened. */
  constructor(halfWeights = false) {
    this.halfWeights = halfWeights;
  }

  node(
    operator: string,
    inputs: string[],
    attributes: Record<string, Attribute> = {},
    output?: string,
  ): string {
    const name = output ?? `${operator.toLowerCase()}_${this.counter++}`;
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.nodes.push({ opType: operator, name, input: inputs, output: [name], attribute });
    return name;
  }

  /**
   * Numbers read only while the file is written. `name` is the weight's own, kept for whoever looks inside. Writing
   * throws Problem `weights-not-finite` where one of them is no number.
   */
  weights(name: string, dims: number[], readAll: () => Float32Array): string {
    const count = elementsOf(dims);
    const read = () => finite(name, readAll());
    if (!this.halfWeights || count < 1024) {
      const bytes = () => {
        const values = read();
        return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      };
      this.constants.push({ name, dims, type: FLOAT, byteLength: 4 * count, bytes });
      return name;
    }
    const bytes = () => new Uint8Array(halves(name, read()).buffer);
    this.constants.push({ name, dims, type: FLOAT16, byteLength: 2 * count, bytes });
    return this.node('Cast', [name], { to: FLOAT });
  }

  /** A small constant of the graph's own. */
  integers(values: number[]): string {
    const bytes = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
    const name = `integers_${this.counter++}`;
    this.constants.push({
      name,
      dims: [values.length],
      type: INT64,
      byteLength: bytes.length,
      bytes: () => bytes,
    });
    return name;
  }

  /** The file's bytes in order, one weight a chunk. Throws Problem `model-too-large` at 2 GiB. */
  *chunks(graphName: string, input: GraphEnds, output: GraphEnds): Generator<Uint8Array> {
    const { GraphProto, ModelProto } = proto;
    const body = GraphProto.encode(
      GraphProto.create({
        name: graphName,
        node: this.nodes,
        input: [valueInfo(input)],
        output: [valueInfo(output)],
      }),
    ).finish();
    const headers = this.constants.map(tensorHeader);
    const graphSize =
      body.length +
      this.constants.reduce((sum, { byteLength }, n) => sum + headers[n].length + byteLength, 0);
    if (graphSize > LARGEST - 4096)
      throw new Problem(
        'model-too-large',
        'The network is larger than the 2 GiB that an ONNX file may have. Import it with 16-bit weights.',
        { status: 422 },
      );
    const outer = ModelProto.encode(
      ModelProto.create({
        irVersion: 8,
        producerName: 'concord',
        opsetImport: [{ domain: '', version: 17 }],
      }),
    ).finish();
    yield outer;
    yield Uint8Array.from([field(7), ...varint(graphSize)]);
    yield body;
    for (const [n, constant] of this.constants.entries()) {
      yield headers[n];
      const bytes = constant.bytes();
      if (bytes.length !== constant.byteLength) throw new Error(`weight ${constant.name} changed its size`);
      yield bytes;
    }
  }
}

/** A field whose value is preceded by its length. */
const field = (number: number) => (number << 3) | 2;

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

/** GraphProto.initializer (5) up to and with the length of TensorProto.raw_data (9), whose bytes follow. */
function tensorHeader({ name, dims, type, byteLength }: Constant): Uint8Array {
  const { TensorProto } = proto;
  const start = TensorProto.encode(TensorProto.create({ name, dims, dataType: type })).finish();
  const raw = [field(9), ...varint(byteLength)];
  return Uint8Array.from([field(5), ...varint(start.length + raw.length + byteLength), ...start, ...raw]);
}

function finite(name: string, values: Float32Array): Float32Array {
  // x − x is 0 for finite numbers only.
  for (let n = 0; n < values.length; n++)
    if (values[n] - values[n] !== 0)
      throw new Problem(
        'weights-not-finite',
        `${name} has a weight that is no finite number (${values[n]}), so the training went wrong. Nothing was imported; use another checkpoint of it.`,
        { status: 422 },
      );
  return values;
}

function halves(name: string, values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  for (let n = 0; n < values.length; n++) {
    if (Math.abs(values[n]) > 65_504)
      throw new Problem(
        'weights-too-large',
        `${name} has a weight of ${values[n]}, beyond what 16 bits hold. Import it with 32-bit weights.`,
        { status: 422 },
      );
    out[n] = numberToHalf(values[n]);
  }
  return out;
}

const REAL = new Set(['epsilon', 'alpha']);

function attributeOf(name: string, value: Attribute): onnx.IAttributeProto {
  const types = proto.AttributeProto.AttributeType;
  if (typeof value !== 'number') return { name, type: types.INTS, ints: [...value] };
  if (REAL.has(name)) return { name, type: types.FLOAT, f: value };
  return { name, type: types.INT, i: value };
}

function valueInfo({ name, dims }: GraphEnds): onnx.IValueInfoProto {
  const dim = dims.map((n) => (typeof n === 'number' ? { dimValue: n } : { dimParam: n }));
  return { name, type: { tensorType: { elemType: proto.TensorProto.DataType.FLOAT, shape: { dim } } } };
}
