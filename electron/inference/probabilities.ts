// Probability maps of a model's labels on the volume's own grid.
import { putBack, type Arrangement } from './arrange.ts';
import type { Manifest } from './manifest.ts';

/** One map a label other than background: softmax of logits over all channels, other activations as they are. */
export function probabilitiesOf(
  scores: Float32Array[],
  restore: (scores: Float32Array) => Float32Array,
  arrangement: Arrangement,
  { labels, output, average }: Pick<Manifest, 'labels' | 'output' | 'average'>,
): { label: number; values: Float32Array }[] {
  const isLogits = output.activation === 'logits' && average === 'output';
  const normaliser = isLogits ? logSumOf(scores) : null;
  return labels
    .filter(({ label }) => label !== 0)
    .map(({ label, channel }) => {
      const values = normaliser
        ? scores[channel].map((score, n) => Math.exp(score - normaliser[n]))
        : scores[channel];
      return { label, values: putBack(restore(values), arrangement) };
    });
}

/** log Σ exp over the channels, voxel by voxel. */
function logSumOf(scores: Float32Array[]): Float32Array {
  return scores[0].map((_, n) => {
    let highest = -Infinity;
    for (const channel of scores) highest = Math.max(highest, channel[n]);
    let sum = 0;
    for (const channel of scores) sum += Math.exp(channel[n] - highest);
    return highest + Math.log(sum);
  });
}
