// PanSegNet's linear attention (arXiv 1812.01243) as sums over tokens, one number at a time.
import type { TestTensor } from './test-checkpoint.ts';

type Weights = Record<string, TestTensor>;
/** One row a token. */
type Rows = number[][];

const HEADS = 8;

/** Features of the tokens in and out of the whole block `self_atten` with one transformer layer. */
export function attentionOver(tokens: Rows, weights: Weights): Rows {
  const at = (key: string) => weights[`self_atten.${key}`];
  const linear = (rows: Rows, key: string): Rows => {
    const { shape, values } = at(`${key}.weight`);
    return rows.map((row) =>
      Array.from({ length: shape[0] }, (_, o) =>
        row.reduce((sum, x, i) => sum + x * values[o * shape[1] + i], at(`${key}.bias`).values[o]),
      ),
    );
  };
  const norm = (rows: Rows, key: string): Rows =>
    rows.map((row) => {
      const mean = row.reduce((sum, x) => sum + x, 0) / row.length;
      const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length;
      const [scale, shift] = [at(`${key}.weight`).values, at(`${key}.bias`).values];
      return row.map((x, f) => ((x - mean) / Math.sqrt(variance + 1e-6)) * scale[f] + shift[f]);
    });
  const sum = (a: Rows, b: Rows) => a.map((row, t) => row.map((x, f) => x + b[t][f]));
  const layer = 'transformer.layers.0';
  const encoding = at('pos_encode.pe').values;
  const x = linear(tokens, 'linear_proj').map((row, t) =>
    row.map((v, f) => v + encoding[t * row.length + f]),
  );
  const [q, k, v] = [0, 1, 2].map((n) => linear(x, `${layer}.self_attn.linears.${n}`));
  const attended = linear(headByHead(q, k, v), `${layer}.self_attn.linears.3`);
  const middle = norm(sum(x, attended), `${layer}.layer_norm1`);
  const hidden = linear(middle, `${layer}.linear1`).map((row) => row.map(gelu));
  const out = norm(sum(middle, linear(hidden, `${layer}.linear2`)), `${layer}.layer_norm2`);
  return linear(out, 'linear_back_proj');
}

function headByHead(q: Rows, k: Rows, v: Rows): Rows {
  const width = q[0].length / HEADS;
  return q.map((query) =>
    query.map((_, f) => {
      const first = Math.floor(f / width) * width;
      const features = Array.from({ length: width }, (_n, n) => first + n);
      const total = features.reduce((sum, n) => sum + Math.exp(query[n]), 0);
      return features.reduce((sum, n) => {
        const keys = k.reduce((all, key) => all + Math.exp(key[n]), 0);
        const context = k.reduce((all, key, t) => all + (Math.exp(key[n]) / keys) * v[t][f], 0);
        return sum + (Math.exp(query[n]) / total / Math.sqrt(width)) * context;
      }, 0);
    }),
  );
}

const gelu = (x: number) => (x * (1 + errorFunction(x / Math.SQRT2))) / 2;

/** erf by its series, which converges everywhere; for the small numbers of these tests in few terms. */
function errorFunction(x: number): number {
  let [term, total] = [x, x];
  for (let n = 1; n < 200 && Math.abs(term) > 1e-18; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}
