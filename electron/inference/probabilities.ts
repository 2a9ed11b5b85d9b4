// Probability maps of a model's labels on the volume's own grid.
import { putBack, type Arrangement } from './arrange.ts';
import type { Manifest } from './manifest.ts';

/** One channel of scores on the arranged volume; `outside` (0 if not given) where the network did not look. */
export type Restore = (scores: Float32Array, outside?: number) => Float32Array;

/**
 * One map a label other than background, 0 where the network did not look. Scores go back to the volume first and
 * become probabilities there, as in nnU-Net: softmax of logits over all channels, sigmoid of regions', others as
 * they are.
 */
export function probabilitiesOf(
  scores: Float32Array[],
  restore: Restore,
  arrangement: Arrangement,
  { labels, output, average }: Pick<Manifest, 'labels' | 'output' | 'average'>,
): { label: number; values: Float32Array }[] {
  const raw = average === 'output';
  const kind = raw ? output.activation : 'softmax';
  const logSum = kind === 'logits' ? logSumOf(scores, restore) : null;
  return labels
    .filter(({ label }) => label !== 0)
    .map(({ label, channel }) => {
      const outside = logSum || kind === 'region-logits' ? -Infinity : 0;
      const values = fresh(restore(scores[channel], outside), scores[channel]);
      if (logSum) for (let n = 0; n < values.length; n++) values[n] = Math.exp(values[n] - logSum[n]);
      else if (kind === 'region-logits')
        for (let n = 0; n < values.length; n++) values[n] = 1 / (1 + Math.exp(-values[n]));
      return { label, values: putBack(values, arrangement) };
    });
}

/** What needed no restoring are the scores themselves, which the labels are decided by later. */
function fresh(restored: Float32Array, scores: Float32Array): Float32Array {
  return restored === scores ? restored.slice() : restored;
}

/** log Σ exp over the channels, voxel by voxel, one channel at a time. */
function logSumOf(scores: Float32Array[], restore: Restore): Float32Array {
  const total = fresh(restore(scores[0]), scores[0]);
  for (let c = 1; c < scores.length; c++) {
    const values = restore(scores[c], -Infinity);
    for (let n = 0; n < total.length; n++) {
      const [low, high] = total[n] < values[n] ? [total[n], values[n]] : [values[n], total[n]];
      total[n] = high + Math.log1p(Math.exp(low - high));
    }
  }
  return total;
}
