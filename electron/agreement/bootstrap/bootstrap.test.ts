// The bootstrap: streams, resamples, figures beside the plain functions, parts in any order, intervals that cover.
import { describe, expect, it } from 'vitest';
import { cohensKappa, contingencyTable, weightsOf } from '../ratings/index.ts';
import { ratingAgreement, type RatingTable } from '../ratings/rating-agreement.ts';
import { bootstrapIntervals, bootstrapRows, figuresOf, resample, streamOf, wholeFigures } from './index.ts';

/** Ratings of `subjects` by three raters on five levels; some missing. */
function table(subjects: number, scale: RatingTable['scale'] = 'ratio'): RatingTable {
  const next = streamOf(7, 0);
  const rows = Array.from({ length: subjects }, () => {
    const truth = next() % 5;
    return [0, 1, 2].map((rater) => {
      const draw = next() % 10;
      if (draw === 0 && rater === 2) return null;
      return draw < 6 ? truth : next() % 5;
    });
  });
  const values = rows.map((row) => row.map((value) => (value === null ? null : value + 1)));
  return { raters: ['a', 'b', 'c'], scale, levels: [1, 2, 3, 4, 5], places: rows, values };
}

describe('streams and resamples', () => {
  it('the same seed and replicate give the same numbers, others do not', () => {
    const take = (seed: number, replicate: number) => {
      const next = streamOf(seed, replicate);
      return Array.from({ length: 4 }, next);
    };
    expect(take(1, 5)).toEqual(take(1, 5));
    expect(take(1, 5)).not.toEqual(take(1, 6));
    expect(take(1, 5)).not.toEqual(take(5, 1));
  });
  it('draws evenly, within and across replicates (chi-square below its 99.9 % point)', () => {
    const cells = new Float64Array(50);
    const times = new Int32Array(50);
    for (let replicate = 0; replicate < 2000; replicate++) {
      resample(times, streamOf(3, replicate));
      expect(times.reduce((sum, t) => sum + t, 0)).toBe(50);
      times.forEach((t, n) => (cells[n] += t));
    }
    const chiSquare = cells.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    expect(chiSquare).toBeLessThan(85.35);
    // First draws of successive replicates.
    const first = new Float64Array(16);
    for (let replicate = 0; replicate < 16_000; replicate++) first[streamOf(9, replicate)() >>> 28] += 1;
    expect(first.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(37.7);
  });
});

describe('figures', () => {
  it('on all data equal the plain functions', () => {
    const data = table(40);
    const plain = ratingAgreement(data);
    const figures = figuresOf({ kind: 'ratings', table: data });
    const whole = wholeFigures(figures);
    const value = (name: string) => whole[figures.names.indexOf(name)];
    plain.pairs.forEach((pair) => {
      const name = `${pair.a},${pair.b}`;
      for (const kind of ['unweighted', 'linear', 'quadratic'] as const) {
        expect(value(`kappa.${kind}:${name}`)).toBeCloseTo(pair.kappa[kind]!.estimate!, 12);
      }
      expect(value(`pabak:${name}`)).toBeCloseTo(pair.pabak!, 12);
      expect(value(`bias:${name}`)).toBeCloseTo(pair.blandAltman!.bias, 12);
      expect(value(`upper:${name}`)).toBeCloseTo(pair.blandAltman!.upper, 12);
      expect(value(`pearson:${name}`)).toBeCloseTo(pair.pearson!.r!, 12);
      expect(value(`lin:${name}`)).toBeCloseTo(pair.lin!.ccc!, 12);
    });
    expect(value('fleiss')).toBeCloseTo(plain.fleiss!.estimate!, 12);
    for (const level of ['nominal', 'ordinal', 'interval', 'ratio'] as const) {
      expect(value(`krippendorff.${level}`)).toBeCloseTo(plain.krippendorff[level]!, 12);
    }
    expect(value('gwet.ac1')).toBeCloseTo(plain.gwet.ac1!.estimate!, 12);
    expect(value('gwet.ac2.quadratic')).toBeCloseTo(plain.gwet.ac2.quadratic!.estimate!, 12);
    for (const form of ['icc1', 'icc2', 'icc3', 'icc1k', 'icc2k', 'icc3k'] as const) {
      expect(value(form)).toBeCloseTo(plain.icc![form].estimate!, 12);
    }
  });
  it('on a resample equal the plain functions on the repeated rows', () => {
    const data = table(30);
    const figures = figuresOf({ kind: 'ratings', table: data });
    const times = new Int32Array(30);
    resample(times, streamOf(1, 1));
    const out = new Float64Array(figures.names.length);
    figures.evaluate(times, out);
    const repeat = <T>(rows: readonly T[]) =>
      rows.flatMap((row, n) => Array.from({ length: times[n] }, () => row));
    const again = ratingAgreement({ ...data, places: repeat(data.places), values: repeat(data.values!) });
    const value = (name: string) => out[figures.names.indexOf(name)];
    expect(value('kappa.linear:a,b')).toBeCloseTo(again.pairs[0].kappa.linear!.estimate!, 12);
    expect(value('lower:a,c')).toBeCloseTo(again.pairs[1].blandAltman!.lower, 12);
    expect(value('fleiss')).toBeCloseTo(again.fleiss!.estimate!, 12);
    expect(value('gwet.ac2.linear')).toBeCloseTo(again.gwet.ac2.linear!.estimate!, 12);
    expect(value('krippendorff.ordinal')).toBeCloseTo(again.krippendorff.ordinal!, 12);
    expect(value('krippendorff.interval')).toBeCloseTo(again.krippendorff.interval!, 12);
    expect(value('icc2')).toBeCloseTo(again.icc!.icc2.estimate!, 12);
  });
  it('rows of one patient are drawn together', () => {
    const figures = figuresOf({
      kind: 'means',
      names: ['dice'],
      values: [[1], [3], [null], [8]],
      clusterOf: [0, 0, 1, 1],
    });
    expect(figures.clusters).toBe(2);
    const out = new Float64Array(1);
    figures.evaluate(Int32Array.of(2, 0), out);
    expect(out[0]).toBe(2);
    figures.evaluate(Int32Array.of(1, 1), out);
    expect(out[0]).toBe(4);
    figures.evaluate(Int32Array.of(0, 0), out);
    expect(out[0]).toBeNaN();
  });
  it('parts in any order give the same rows', () => {
    const figures = figuresOf({ kind: 'ratings', table: table(20, 'nominal') });
    const all = bootstrapRows(figures, { kind: 'replicates', seed: 4, from: 0, to: 30 });
    const late = bootstrapRows(figures, { kind: 'replicates', seed: 4, from: 20, to: 30 });
    expect([...late]).toEqual([...all.slice(20 * figures.names.length)]);
  });
});

describe('intervals', () => {
  it('say what is undefined', () => {
    const none = bootstrapIntervals(NaN, Float64Array.of(1, 2), Float64Array.of(1));
    expect(none).toMatchObject({ estimate: null, percentile: null, reason: expect.stringMatching(/itself/) });
    const gone = bootstrapIntervals(1, Float64Array.of(NaN, NaN), Float64Array.of(1));
    expect(gone).toMatchObject({ estimate: 1, undefinedReplicates: 2, percentile: null });
    const beside = bootstrapIntervals(9, Float64Array.of(1, 2, 3), Float64Array.of(1, 2));
    expect(beside).toMatchObject({ bca: null, reason: expect.stringMatching(/one side/) });
    expect(bootstrapIntervals(2, Float64Array.of(2, 2, 2), Float64Array.of(2, 2))).toMatchObject({
      bca: [2, 2],
      se: 0,
    });
  });
  it('cover a known kappa about as often as they say', () => {
    // 150 studies of 60 subjects, two raters, truth with prevalence ½ and error 10 %: kappa is (1 − 0.36) exactly.
    let [covered, studies] = [0, 150];
    const next = streamOf(2026, 1);
    const flip = () => (next() < 0.1 * 2 ** 32 ? 1 : 0);
    for (let study = 0; study < studies; study++) {
      const places = Array.from({ length: 60 }, () => {
        const truth = next() & 1;
        return [truth ^ flip(), truth ^ flip()];
      });
      const table = { raters: ['a', 'b'], scale: 'nominal' as const, levels: [0, 1], places, values: null };
      const figures = figuresOf({ kind: 'ratings', table });
      const column = (kind: 'replicates' | 'jackknife', to: number) => {
        const rows = bootstrapRows(figures, { kind, seed: study, from: 0, to });
        return rows.filter((_, n) => n % figures.names.length === 0);
      };
      const estimate = wholeFigures(figures)[0];
      expect(estimate).toBeCloseTo(
        cohensKappa(contingencyTable(places as [number, number][], 2), weightsOf('unweighted', 2)).estimate!,
        12,
      );
      const { bca } = bootstrapIntervals(estimate, column('replicates', 400), column('jackknife', 60));
      if (bca && bca[0] <= 0.64 && bca[1] >= 0.64) covered++;
    }
    expect(covered / studies).toBeGreaterThan(0.88);
    expect(covered / studies).toBeLessThan(0.995);
  });
});
