// PanSegNet's bottleneck: a transformer with linear attention (arXiv 1812.01243) over the bottleneck's voxels.
import { transposed, type Features, type LayerWriter } from './layers.ts';

/** Written into PanSegNet's code; weights do not tell it. */
const HEADS = 8;
const NORM_EPSILON = 1e-6;

/** One vector a voxel ("token"); the name of a tensor [batch, tokens, width]. */
interface Tokens {
  name: string;
  count: number;
  width: number;
}

/** [batch, channels, D, H, W] → the same shape. Sizes are read from the weights. */
export function linearAttention(x: Features, key: string, layers: LayerWriter): Features {
  const { graph, weights } = layers;
  const count = x.shape.reduce((product, n) => product * n, 1);
  const width = weights.shapeOf(`${key}.linear_proj.weight`)?.[0] ?? 512;
  if (width % HEADS !== 0)
    throw weights.differs(`the attention's width ${width} is not a multiple of ${HEADS}`);
  const flat = layers.reshape(x.name, [0, x.channels, count]);
  let tokens: Tokens = {
    name: graph.node('Transpose', [flat], { perm: [0, 2, 1] }),
    count,
    width: x.channels,
  };
  tokens = linear(tokens, `${key}.linear_proj`, width, layers);
  const rows = weights.shapeOf(`${key}.pos_encode.pe`)?.[1];
  if (rows !== undefined && rows !== count)
    throw weights.differs(
      `the attention was trained on ${rows} voxels at the bottleneck and the plans' patch gives ${count}`,
    );
  const encoding = layers.weight(`${key}.pos_encode.pe`, [1, count, width]);
  tokens = { ...tokens, name: graph.node('Add', [tokens.name, encoding]) };
  const first = (n: number) => weights.has(`${key}.transformer.layers.${n}.linear1.weight`);
  for (let n = 0; n === 0 || first(n); n++)
    tokens = transformerLayer(tokens, `${key}.transformer.layers.${n}`, layers);
  tokens = linear(tokens, `${key}.linear_back_proj`, x.channels, layers);
  const back = graph.node('Transpose', [tokens.name], { perm: [0, 2, 1] });
  return { ...x, name: layers.reshape(back, [0, x.channels, ...x.shape]) };
}

/** Attention and a perceptron, each added to its input and normalised after. */
function transformerLayer(x: Tokens, key: string, layers: LayerWriter): Tokens {
  const { graph, weights } = layers;
  const attended = attention(x, `${key}.self_attn.linears`, layers);
  const mid = layerNorm(add(x, attended, layers), `${key}.layer_norm1`, layers);
  const hidden = weights.shapeOf(`${key}.linear1.weight`)?.[0] ?? x.width;
  const wide = linear(mid, `${key}.linear1`, hidden, layers);
  // GELU by the error function; opset 17 has no node for it. x · (1 + erf(x / √2)) / 2
  const scaled = graph.node('Mul', [wide.name, layers.number(Math.SQRT1_2)]);
  const gate = graph.node('Add', [graph.node('Erf', [scaled]), layers.number(1)]);
  const half = graph.node('Mul', [wide.name, layers.number(0.5)]);
  const active = { ...wide, name: graph.node('Mul', [half, gate]) };
  const narrow = linear(active, `${key}.linear2`, x.width, layers);
  return layerNorm(add(mid, narrow, layers), `${key}.layer_norm2`, layers);
}

/** softmax(Q over features) / √d · (softmax(K over tokens)ᵀ · V), head by head, then a linear layer. */
function attention(x: Tokens, key: string, layers: LayerWriter): Tokens {
  const { graph } = layers;
  const { count, width } = x;
  const size = width / HEADS;
  const heads = (n: number, perm: number[]) => {
    const all = layers.reshape(linear(x, `${key}.${n}`, width, layers).name, [0, count, HEADS, size]);
    return graph.node('Transpose', [all], { perm });
  };
  const query = graph.node('Softmax', [heads(0, [0, 2, 1, 3])], { axis: 3 });
  const scaled = graph.node('Mul', [query, layers.number(1 / Math.sqrt(size))]);
  // Keys lie transposed, features before tokens, so that both softmaxes run over the last axis.
  const keys = graph.node('Softmax', [heads(1, [0, 2, 3, 1])], { axis: 3 });
  const context = graph.node('MatMul', [keys, heads(2, [0, 2, 1, 3])]);
  const out = graph.node('MatMul', [scaled, context]);
  const together = graph.node('Transpose', [out], { perm: [0, 2, 1, 3] });
  return linear({ ...x, name: layers.reshape(together, [0, count, width]) }, `${key}.3`, width, layers);
}

function linear(x: Tokens, key: string, width: number, layers: LayerWriter): Tokens {
  const { graph, weights } = layers;
  const weight = weights.take(`${key}.weight`, [width, x.width]);
  const matrix = graph.weights(weight.key, [x.width, width], () => transposed(weight.read(), width, x.width));
  const turned = graph.node('MatMul', [x.name, matrix]);
  const name = graph.node('Add', [turned, layers.weight(`${key}.bias`, [width])]);
  return { ...x, name, width };
}

function layerNorm(x: Tokens, key: string, layers: LayerWriter): Tokens {
  const scale = layers.weight(`${key}.weight`, [x.width]);
  const shift = layers.weight(`${key}.bias`, [x.width]);
  const attributes = { axis: 2, epsilon: NORM_EPSILON };
  return { ...x, name: layers.graph.node('LayerNormalization', [x.name, scale, shift], attributes) };
}

function add(a: Tokens, b: Tokens, layers: LayerWriter): Tokens {
  return { ...a, name: layers.graph.node('Add', [a.name, b.name]) };
}
