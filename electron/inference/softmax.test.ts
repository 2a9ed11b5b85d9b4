import { describe, expect, test } from 'vitest';
import { softmax } from './softmax.ts';

describe('softmax over channels', () => {
  test('equals its definition within 32 bits, whatever the range of the scores', () => {
    const [channels, size] = [4, 5000];
    let state = 1;
    const random = () => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff;
    const scores = Float32Array.from({ length: channels * size }, (_, n) => (random() - 0.5) * (n % 7) * 60);
    const expected = new Float64Array(scores.length);
    for (let v = 0; v < size; v++) {
      const at = Array.from({ length: channels }, (_, c) => scores[c * size + v]);
      const highest = Math.max(...at);
      const sum = at.reduce((total, score) => total + Math.exp(score - highest), 0);
      at.forEach((score, c) => (expected[c * size + v] = Math.exp(score - highest) / sum));
    }
    softmax(scores, channels);
    const furthest = scores.reduce((worst, value, n) => Math.max(worst, Math.abs(value - expected[n])), 0);
    expect(furthest).toBeLessThan(1e-7);
  });
  test('what is no number stays none, and its neighbours are not touched by it', () => {
    const scores = Float32Array.of(NaN, 1, 0, 1);
    softmax(scores, 2);
    expect([...scores]).toEqual([NaN, 0.5, NaN, 0.5]);
  });
  test('equal scores share alike, and a lead of a thousand takes all', () => {
    const scores = Float32Array.of(3, 1000, 3, 0);
    softmax(scores, 2);
    expect([...scores]).toEqual([0.5, 1, 0.5, 0]);
  });
});
