// Writing an ONNX graph node by node (IR 8, opset 17).
import onnxProto, { type onnx } from 'onnx-proto';

// The package is CommonJS: its namespace arrives as the default export.
const proto = onnxProto.onnx;

type Attribute = number | readonly number[] | string;

/** A graph under construction; every method that adds a node returns the name of its output. */
export class Graph {
  private readonly nodes: onnx.INodeProto[] = [];
  private readonly constants: onnx.ITensorProto[] = [];
  private counter = 0;

  node(
    operator: string,
    inputs: string[],
    attributes: Record<string, Attribute> = {},
    output?: string,
  ): string {
    const name = output ?? `${operator.toLowerCase()}_${this.counter++}`;
    this.nodes.push({
      opType: operator,
      name,
      input: inputs,
      output: [name],
      attribute: Object.entries(attributes).map(([key, value]) => attributeOf(key, value)),
    });
    return name;
  }

  floats(values: ArrayLike<number>, dims: number[]): string {
    const name = `weights_${this.counter++}`;
    const rawData = new Uint8Array(Float32Array.from(values).buffer);
    this.constants.push({ name, dims, dataType: proto.TensorProto.DataType.FLOAT, rawData });
    return name;
  }

  integers(values: number[], dims: number[] = [values.length]): string {
    const name = `integers_${this.counter++}`;
    const rawData = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
    this.constants.push({ name, dims, dataType: proto.TensorProto.DataType.INT64, rawData });
    return name;
  }

  /** The file's bytes, one input [1,1,D,H,W] → one output [1,channels,D,H,W]. */
  bytes(input: string, output: string, channels: number): Uint8Array {
    const model = proto.ModelProto.create({
      irVersion: 8,
      producerName: 'concord',
      opsetImport: [{ domain: '', version: 17 }],
      graph: {
        name: 'phantom-intensity',
        node: this.nodes,
        initializer: this.constants,
        input: [valueInfo(input, 1)],
        output: [valueInfo(output, channels)],
      },
    });
    return proto.ModelProto.encode(model).finish();
  }
}

function attributeOf(name: string, value: Attribute): onnx.IAttributeProto {
  const types = proto.AttributeProto.AttributeType;
  if (typeof value === 'string') return { name, type: types.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === 'number') return { name, type: types.INT, i: value };
  return { name, type: types.INTS, ints: [...value] };
}

function valueInfo(name: string, channels: number): onnx.IValueInfoProto {
  const dim = [{ dimValue: 1 }, { dimValue: channels }, ...['D', 'H', 'W'].map((dimParam) => ({ dimParam }))];
  return { name, type: { tensorType: { elemType: proto.TensorProto.DataType.FLOAT, shape: { dim } } } };
}
