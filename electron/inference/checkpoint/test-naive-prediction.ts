// nnU-Net's sliding window once more, as plain loops: what a whole run of a tiny network should give.
type Triple = [number, number, number];

export interface NaivePlan {
  patch: Triple;
  /** Dimensions whose flips are averaged. */
  mirror: number[];
  /** What is averaged. */
  apply: 'nothing' | 'softmax' | 'sigmoid';
  /** Channels of the network's output. */
  outputs: number;
}

const count = (shape: Triple) => shape[0] * shape[1] * shape[2];

/** Half of a tile apart, evenly; slices one by one. The shapes of the tests need no rounding. */
function starts(size: number, side: number): number[] {
  if (side === 1) return Array.from({ length: size }, (_, n) => n);
  const steps = Math.ceil((size - side) / (side / 2));
  return Array.from({ length: steps + 1 }, (_, n) => (steps === 0 ? 0 : (n * (size - side)) / steps));
}

function activated(scores: Float32Array, { apply, outputs }: NaivePlan): Float32Array {
  if (apply === 'nothing') return scores;
  if (apply === 'sigmoid') return scores.map((score) => 1 / (1 + Math.exp(-score)));
  const size = scores.length / outputs;
  return scores.map((score, n) => {
    let sum = 0;
    for (let c = 0; c < outputs; c++) sum += Math.exp(scores[c * size + (n % size)] - score);
    return 1 / sum;
  });
}

/** `values` of `channels` arrays of `shape`, flipped along `dimensions`. */
function flipped(values: Float32Array, [depth, height, width]: Triple, dimensions: number[]): Float32Array {
  const size = depth * height * width;
  return values.map((_, n) => {
    const at = [Math.floor((n % size) / (height * width)), Math.floor(n / width) % height, n % width];
    const [d, h, w] = at.map((i, axis) =>
      dimensions.includes(axis) ? [depth, height, width][axis] - 1 - i : i,
    );
    return values[Math.floor(n / size) * size + (d * height + h) * width + w];
  });
}

/** Scores [outputs, D, H, W] of `inputs` (one array of `shape` a channel), which is no smaller than the patch. */
export function predict(
  network: (values: Float32Array, shape: Triple) => Float32Array,
  inputs: Float32Array[],
  shape: Triple,
  plan: NaivePlan,
): Float64Array {
  const { patch, mirror, outputs } = plan;
  const size = count(patch);
  const sums = new Float64Array(outputs * count(shape));
  const total = new Float64Array(count(shape));
  const index = (at: Triple, n: number) => {
    const [d, h, w] = [
      Math.floor(n / (patch[1] * patch[2])),
      Math.floor(n / patch[2]) % patch[1],
      n % patch[2],
    ];
    const weight = [d, h, w].reduce(
      (product, i, axis) =>
        product * Math.exp(-0.5 * ((i - Math.floor(patch[axis] / 2)) / (patch[axis] / 8)) ** 2),
      1,
    );
    return { voxel: ((at[0] + d) * shape[1] + at[1] + h) * shape[2] + at[2] + w, weight };
  };
  for (const d of starts(shape[0], patch[0]))
    for (const h of starts(shape[1], patch[1]))
      for (const w of starts(shape[2], patch[2])) {
        const tile = new Float32Array(inputs.length * size);
        inputs.forEach((values, c) => {
          for (let n = 0; n < size; n++) tile[c * size + n] = values[index([d, h, w], n).voxel];
        });
        const flips = mirror.reduce<number[][]>(
          (all, axis) => [...all, ...all.map((f) => [...f, axis])],
          [[]],
        );
        for (const flip of flips) {
          const scores = activated(network(flipped(tile, patch, flip), patch), plan);
          const back = flipped(scores, patch, flip);
          for (let n = 0; n < back.length; n++) {
            const { voxel, weight } = index([d, h, w], n % size);
            sums[Math.floor(n / size) * total.length + voxel] += (weight * back[n]) / flips.length;
          }
        }
        for (let n = 0; n < size; n++) {
          const { voxel, weight } = index([d, h, w], n);
          total[voxel] += weight;
        }
      }
  return sums.map((sum, n) => sum / total[n % total.length]);
}
