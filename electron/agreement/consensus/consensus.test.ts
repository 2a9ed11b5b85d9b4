// Consensus of several masks: patterns, votes, entropy, STAPLE, agreement at voxels, worst slices.
import { describe, expect, it } from 'vitest';
import { fleissKappa, gwet, krippendorffAlphaOfCounts } from '../ratings/index.ts';
import {
  majorityVote,
  paintPatterns,
  PatternIndex,
  sliceDisagreement,
  staple,
  stapleLabels,
  voteEntropy,
  voxelAgreement,
  worstSlices,
} from './index.ts';

/** Labels 0…3 that mostly agree, by a small counter generator. */
function readers(raters: number, length: number, labels = 4, seed = 1): Uint8Array[] {
  let state = seed;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const truth = Uint8Array.from({ length }, (_, n) =>
    Math.floor(n / 9) % 5 === 0 ? 1 + (Math.floor(n / 45) % (labels - 1)) : 0,
  );
  return Array.from({ length: raters }, () =>
    truth.map((label) => (next() < 0.9 ? label : Math.floor(next() * labels))),
  );
}

describe('patterns', () => {
  it('counts every combination of labels once, in runs or one by one', () => {
    const masks = readers(3, 900);
    const index = new PatternIndex(masks);
    const { votes, voxels, total } = index.count();
    expect(total).toBe(900);
    const plain = new Map<string, number>();
    for (let at = 0; at < 900; at++) {
      const key = masks.map((mask) => mask[at]).join();
      plain.set(key, (plain.get(key) ?? 0) + 1);
    }
    const found = new Map([...voxels].map((count, p) => [votes.subarray(p * 3, p * 3 + 3).join(), count]));
    expect(found.size).toBe(voxels.length);
    for (const [key, count] of plain) expect(found.get(key)).toBe(count);
    const painted = paintPatterns(
      index,
      Float64Array.from(voxels, (_, p) => p),
      new Float32Array(900),
    );
    painted.forEach((p, at) => {
      expect([...votes.subarray(p * 3, p * 3 + 3)]).toEqual(masks.map((mask) => mask[at]));
    });
  });
  it('takes one label, or a region', () => {
    const masks = [Uint8Array.of(0, 2, 2, 1), Uint8Array.of(0, 2, 1, 1)];
    const two = new PatternIndex(masks, 2).count();
    expect([...two.votes]).toEqual([0, 0, 1, 1, 1, 0]);
    expect([...two.voxels]).toEqual([2, 1, 1]);
    expect(new PatternIndex(masks).count(Uint8Array.of(0, 1, 1, 0)).total).toBe(2);
  });
  it('refuses what cannot be combined', () => {
    expect(() => new PatternIndex([new Uint8Array(4)])).toThrow(RangeError);
    expect(() => new PatternIndex([new Uint8Array(4), new Uint8Array(5)])).toThrow(RangeError);
    expect(() => new PatternIndex([new Uint8Array(4), new Uint8Array(4)], 0)).toThrow(RangeError);
  });
});

describe('votes', () => {
  const masks = [
    Uint8Array.of(1, 1, 2, 0),
    Uint8Array.of(1, 2, 3, 0),
    Uint8Array.of(1, 2, 1, 4),
    Uint8Array.of(2, 0, 0, 4),
  ];
  it('majority, ties counted and marked', () => {
    const index = new PatternIndex(masks);
    const vote = majorityVote(index.count(), 255);
    expect([...paintPatterns(index, vote.winner, new Uint8Array(4))]).toEqual([1, 2, 255, 255]);
    expect(vote.tiedVoxels).toBe(2);
    expect([...paintPatterns(index, majorityVote(index.count()).winner, new Uint8Array(4))]).toEqual([
      1, 2, 0, 0,
    ]);
  });
  it('entropy in bits', () => {
    const index = new PatternIndex(masks);
    const bits = paintPatterns(index, voteEntropy(index.count()), new Float32Array(4));
    expect(bits[0]).toBeCloseTo(0.25 * 2 + 0.75 * Math.log2(4 / 3), 6);
    expect(bits[1]).toBeCloseTo(1.5, 6);
    expect(bits[2]).toBeCloseTo(2, 6);
    expect(bits[3]).toBeCloseTo(1, 6);
  });
});

describe('STAPLE', () => {
  /** As Warfield wrote it, voxel by voxel. */
  function plain(masks: Uint8Array[]) {
    const n = masks[0].length;
    const belief = Float64Array.from(
      { length: n },
      (_, at) => masks.reduce((sum, m) => sum + m[at], 0) / masks.length,
    );
    const prior = belief.reduce((a, b) => a + b, 0) / n;
    let [p, q] = [masks.map(() => 0), masks.map(() => 0)];
    for (let round = 0; ; round++) {
      const before = [...p, ...q];
      const inside = belief.reduce((a, b) => a + b, 0);
      p = masks.map((m) => belief.reduce((sum, w, at) => sum + w * m[at], 0) / inside);
      q = masks.map((m) => belief.reduce((sum, w, at) => sum + (1 - w) * (1 - m[at]), 0) / (n - inside));
      for (let at = 0; at < n; at++) {
        const a = masks.reduce((product, m, r) => product * (m[at] ? p[r] : 1 - p[r]), prior);
        const b = masks.reduce((product, m, r) => product * (m[at] ? 1 - q[r] : q[r]), 1 - prior);
        belief[at] = a / (a + b);
      }
      if (round > 0 && [...p, ...q].every((v, i) => (v - before[i]) ** 2 <= 1e-14))
        return { prior, p, q, round, belief };
    }
  }
  it('equals the voxel-by-voxel algorithm', () => {
    const masks = readers(4, 2000, 2);
    const index = new PatternIndex(masks, 1);
    const found = staple(index.count())!;
    const expected = plain(masks);
    expect(found.prior).toBeCloseTo(expected.prior, 12);
    expect(found.iterations).toBe(expected.round);
    found.sensitivity.forEach((value, r) => expect(value).toBeCloseTo(expected.p[r], 9));
    found.specificity.forEach((value, r) => expect(value).toBeCloseTo(expected.q[r], 9));
    const painted = paintPatterns(index, found.probability, new Float32Array(2000));
    painted.forEach((value, at) => expect(value).toBeCloseTo(expected.belief[at], 6));
  });
  it('sees which rater is worse', () => {
    const masks = readers(5, 5000, 2, 3);
    for (let at = 0; at < 5000; at += 7) masks[4][at] = 1 - masks[4][at];
    const { sensitivity, specificity } = staple(new PatternIndex(masks, 1).count())!;
    expect(Math.min(...sensitivity.slice(0, 4))).toBeGreaterThan(sensitivity[4]);
    expect(Math.min(...specificity.slice(0, 4))).toBeGreaterThan(specificity[4]);
  });
  it('is undefined when nobody, or everybody everywhere, marked anything; identical masks are all right', () => {
    const none = new Uint8Array(10);
    const every = new Uint8Array(10).fill(1);
    expect(staple(new PatternIndex([none, none], 1).count())).toBeNull();
    expect(staple(new PatternIndex([every, every], 1).count())).toBeNull();
    const half = Uint8Array.from({ length: 10 }, (_, n) => n % 2);
    expect(staple(new PatternIndex([half, half], 1).count())).toMatchObject({
      sensitivity: [1, 1],
      specificity: [1, 1],
      converged: true,
    });
    const opposed = staple(new PatternIndex([half, half.map((v) => 1 - v)], 1).count())!;
    expect(opposed.probability.every((p) => p >= 0 && p <= 1)).toBe(true);
  });
  it('of several labels: matrices whose columns add up to 1, and the truth where raters mostly agree', () => {
    const masks = readers(5, 4500);
    const index = new PatternIndex(masks);
    const patterns = index.count();
    const found = stapleLabels(patterns);
    expect(found.labels).toEqual([0, 1, 2, 3]);
    for (const matrix of found.confusion) {
      for (let truth = 0; truth < 4; truth++) {
        expect(matrix.reduce((sum, row) => sum + row[truth], 0)).toBeCloseTo(1, 9);
        expect(matrix[truth][truth]).toBeGreaterThan(0.8);
      }
    }
    const winner = paintPatterns(index, found.winner, new Uint8Array(4500));
    const vote = paintPatterns(index, majorityVote(patterns).winner, new Uint8Array(4500));
    expect(winner.filter((label, at) => label === vote[at]).length / 4500).toBeGreaterThan(0.99);
    const same = stapleLabels(new PatternIndex([masks[0], masks[0]]).count());
    expect(same.confusion[0][2][2]).toBe(1);
  });
});

describe('agreement at voxels', () => {
  it('equals the coefficients of ratings, voxel by voxel', () => {
    const masks = readers(3, 600);
    const counts = Array.from({ length: 600 }, (_, at) =>
      [0, 1, 2, 3].map((label) => masks.filter((m) => m[at] === label).length),
    );
    const found = voxelAgreement(new PatternIndex(masks).count());
    expect(found.fleiss).toBeCloseTo(fleissKappa(counts).estimate!, 12);
    expect(found.krippendorff).toBeCloseTo(krippendorffAlphaOfCounts(counts, 'nominal').estimate!, 12);
    expect(found.gwetAc1).toBeCloseTo(gwet(counts, 'unweighted').estimate!, 12);
    const more = voxelAgreement(new PatternIndex(masks).count(), 1600);
    const wide = [...counts, ...Array.from({ length: 1000 }, () => [3, 0, 0, 0])];
    expect(more.fleiss).toBeCloseTo(fleissKappa(wide).estimate!, 12);
    expect(more.gwetAc1).toBeCloseTo(gwet(wide, 'unweighted').estimate!, 12);
    expect(more.generalisedDice).toBe(found.generalisedDice);
  });
  it('generalised Dice of two readers is Dice; of three the sum over pairs', () => {
    const [a, b, c] = readers(3, 900, 2);
    const overlap = (x: Uint8Array, y: Uint8Array) => x.reduce((sum, v, at) => sum + (v & y[at]), 0);
    const size = (x: Uint8Array) => x.reduce((sum, v) => sum + v, 0);
    const two = voxelAgreement(new PatternIndex([a, b], 1).count());
    expect(two.generalisedDice).toBeCloseTo((2 * overlap(a, b)) / (size(a) + size(b)), 12);
    const three = voxelAgreement(new PatternIndex([a, b, c], 1).count());
    expect(three.generalisedDice).toBeCloseTo(
      (overlap(a, b) + overlap(a, c) + overlap(b, c)) / (size(a) + size(b) + size(c)),
      12,
    );
    expect(three.labels).toEqual([
      { label: 1, generalisedDice: three.generalisedDice, meanVoxels: (size(a) + size(b) + size(c)) / 3 },
    ]);
  });
  it('is undefined for empty masks, with the reason', () => {
    const none = new Uint8Array(8);
    expect(voxelAgreement(new PatternIndex([none, none]).count())).toMatchObject({
      fleiss: null,
      krippendorff: null,
      gwetAc1: null,
      generalisedDice: null,
      labels: [],
      reason: expect.stringMatching(/one and the same label/),
    });
  });
});

describe('slices', () => {
  it('the worst come first, empty ones not at all', () => {
    const a = Uint8Array.of(0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0);
    const b = Uint8Array.of(0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0);
    const slices = sliceDisagreement(new PatternIndex([a, b]), [2, 2, 3]);
    expect(slices.map((slice) => slice.disagreedVoxels)).toEqual([0, 1, 2]);
    expect(slices[0].generalisedDice).toBeNull();
    expect(slices[1].generalisedDice).toBeCloseTo(6 / 7, 12);
    expect(slices[2].entropyBits).toBe(2);
    expect(worstSlices(slices).map(({ slice }) => slice)).toEqual([2, 1]);
  });
});
