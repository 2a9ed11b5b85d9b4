// From scores to labels: back to the shape before resampling, then the winner of every voxel.
import type { Triple } from '../contract/geometry.ts';
import type { Manifest } from './manifest.ts';
import { resample } from './resample.ts';

/** What of a manifest says how scores become labels. */
export type Decision = Pick<Manifest, 'labels' | 'output'> & Partial<Pick<Manifest, 'average'>>;

/**
 * Whether a channel's score makes its region, or null where channels compete. nnU-Net wants more than one half,
 * which is more than 0 before the sigmoid; models described by hand at least one half.
 */
export function regionThreshold({ output, average }: Decision): ((score: number) => boolean) | null {
  if (output.activation === 'sigmoid') return (score) => score >= 0.5;
  if (output.activation !== 'region-logits') return null;
  // Averaged probabilities are sigmoids by now.
  return average === 'probabilities' ? (score) => score > 0.5 : (score) => score > 0;
}

/**
 * Labels of shape `to` from one score array of shape `from` a channel. Logits and softmax: the first channel with
 * the largest score; regions: every listed channel beyond its threshold, later entries of the manifest over earlier.
 * Channels are resampled one at a time and let go (`scores` is emptied), so that memory holds few of them.
 */
export function decideLabels(scores: Float32Array[], from: Triple, to: Triple, plan: Decision): Uint8Array {
  const resized = to.some((n, d) => n !== from[d]);
  if (!resized && regionThreshold(plan) === null) return winners(scores, plan.labels);
  return decideAt(scores, to, plan, (values) => resample(values, from, to));
}

/** Voxels decided at a time: their best scores so far stay in the processor's cache. */
const AT_ONCE = 1 << 13;

/** The label of the first channel with the largest score; one walk through memory for all channels. */
function winners(scores: Float32Array[], labels: Manifest['labels']): Uint8Array {
  const known = new Map(labels.map(({ channel, label }) => [channel, label]));
  const result = new Uint8Array(scores[0].length);
  const best = new Float32Array(AT_ONCE);
  for (let start = 0; start < result.length; start += AT_ONCE) {
    const end = Math.min(result.length, start + AT_ONCE);
    best.set(scores[0].subarray(start, end));
    result.fill(known.get(0) ?? 0, start, end);
    for (let channel = 1; channel < scores.length; channel++) {
      beat(best, result, scores[channel], known.get(channel) ?? 0, start, end);
    }
  }
  scores.fill(new Float32Array(0));
  return result;
}

function beat(
  best: Float32Array,
  result: Uint8Array,
  values: Float32Array,
  label: number,
  start: number,
  end: number,
): void {
  for (let n = start; n < end; n++) {
    if (values[n] > best[n - start]) {
      best[n - start] = values[n];
      result[n] = label;
    }
  }
}

/** The same with any way of bringing one channel's scores to shape `to`. */
export function decideAt(
  scores: Float32Array[],
  to: Triple,
  plan: Decision,
  resize: (values: Float32Array) => Float32Array,
): Uint8Array {
  const { labels } = plan;
  const result = new Uint8Array(to[0] * to[1] * to[2]);
  const take = (channel: number) => {
    const values = resize(scores[channel]);
    scores[channel] = new Float32Array(0);
    return values;
  };
  const isRegion = regionThreshold(plan);
  if (isRegion) {
    for (const { channel, label } of labels) {
      const values = take(channel);
      for (let n = 0; n < values.length; n++) if (isRegion(values[n])) result[n] = label;
    }
    return result;
  }
  const labelOf = new Map(labels.map(({ channel, label }) => [channel, label]));
  // The first channel leads everywhere until another one beats it.
  const best = take(0);
  result.fill(labelOf.get(0) ?? 0);
  for (let channel = 1; channel < scores.length; channel++) {
    const values = take(channel);
    const label = labelOf.get(channel) ?? 0;
    for (let n = 0; n < values.length; n++) {
      if (values[n] > best[n]) {
        best[n] = values[n];
        result[n] = label;
      }
    }
  }
  return result;
}
