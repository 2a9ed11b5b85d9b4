// The stages by themselves: arranging, normalising, resampling, tiles, averaging, deciding, tidying.
import { describe, expect, test } from 'vitest';
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Grid, Triple } from '../contract/geometry.ts';
import { arrange, arrangementOf, putBack } from './arrange.ts';
import { keepParts } from './components.ts';
import { decideLabels } from './decide.ts';
import { manifestJsonSchema } from './manifest.ts';
import { normalise } from './normalise.ts';
import { resample, resampledShape, roundHalfEven } from './resample.ts';
import { runNetwork, type Network } from './run.ts';
import { gaussianWeights, tileStarts } from './tiles.ts';

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const plan = {
  patch: null as Triple | null,
  overlap: 0.5,
  gaussian: true,
  mirror: [] as number[],
  average: 'output' as const,
  output: { name: 'o', activation: 'logits' as const },
};

describe('arranging', () => {
  // i towards the left, j up, k to the front: as a coronal scan is stored.
  const grid: Grid = {
    shape: [2, 3, 4],
    spacing: [1, 2, 3],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 0, -1, 0, 1, 0],
  };
  const voxels = Int16Array.from({ length: 24 }, (_, n) => n);
  const at = (i: number, j: number, k: number) => i + 2 * (j + 3 * k);

  test('as stored, x slowest', () => {
    const plan = arrangementOf(grid, { axes: ['x', 'y', 'z'], orientation: 'file' });
    expect(plan.shape).toEqual([2, 3, 4]);
    const values = arrange(voxels, plan);
    expect([...values.subarray(0, 5)]).toEqual([
      at(0, 0, 0),
      at(0, 0, 1),
      at(0, 0, 2),
      at(0, 0, 3),
      at(0, 1, 0),
    ]);
  });

  test('reoriented to LPS: z is the file’s j, y the file’s k backwards', () => {
    const plan = arrangementOf(grid, { axes: ['z', 'y', 'x'], orientation: 'LPS' });
    expect(plan.shape).toEqual([3, 4, 2]);
    expect(plan.spacing).toEqual([2, 3, 1]);
    const values = arrange(voxels, plan);
    expect([...values.subarray(0, 3)]).toEqual([at(0, 0, 3), at(1, 0, 3), at(0, 0, 2)]);
  });

  test('RAS runs x against LPS', () => {
    const plan = arrangementOf(grid, { axes: ['z', 'y', 'x'], orientation: 'RAS' });
    expect([...arrange(voxels, plan).subarray(0, 3)]).toEqual([at(1, 0, 0), at(0, 0, 0), at(1, 0, 1)]);
  });

  test('putting back undoes arranging, whatever the axes', () => {
    const axes = fc.constantFrom('xyz', 'zyx', 'yzx', 'zxy');
    fc.assert(
      fc.property(axes, fc.constantFrom('file', 'LPS', 'RAS', 'SAR', 'PIL'), (order, orientation) => {
        const plan = arrangementOf(grid, { axes: [...order] as never, orientation });
        expect([...putBack(arrange(voxels, plan), plan)]).toEqual([...voxels]);
      }),
    );
  });
});

describe('intensities', () => {
  test('smallest to largest becomes 0 to 1; not a number counts as 0', () => {
    const values = Float32Array.of(-10, NaN, 30);
    normalise(values, { scheme: 'minmax01' });
    expect([...values]).toEqual([0, 0.25, 1]);
  });
  test('z-score has mean 0 and sd 1', () => {
    const values = Float32Array.of(1, 2, 3, 4);
    normalise(values, { scheme: 'zscore' });
    expect(values[3]).toBeCloseTo(1.5 / Math.sqrt(1.25), 6);
  });
  test('CT is clipped before it is shifted and scaled', () => {
    const values = Float32Array.of(-1000, 60, 900);
    normalise(values, { scheme: 'ct-clip', lower: -100, upper: 200, mean: 50, sd: 10 });
    expect([...values]).toEqual([-15, 1, 15]);
  });
  test('a fixed window runs from 0 to 1', () => {
    const values = Float32Array.of(-1000, -160, 40, 240, 900);
    normalise(values, { scheme: 'window', lower: -160, upper: 240 });
    expect([...values]).toEqual([0, 0, 0.5, 1, 1]);
  });
  test.each(['zscore', 'minmax01'] as const)('a constant volume becomes 0 by %s', (scheme) => {
    const values = new Float32Array(1_000_000).fill(1000.3);
    normalise(values, { scheme });
    expect(values.every((value) => value === 0)).toBe(true);
  });
});

describe('resampling', () => {
  test('halves round to even', () => {
    expect([22.5, 23.5, 0.5, 2.4, 2.6].map(roundHalfEven)).toEqual([22, 24, 0, 2, 3]);
    expect(resampledShape([9, 10, 1], [2.5, 1, 1], [1, 1, 5])).toEqual([22, 10, 1]);
  });
  test('a ramp stays a ramp inside, and its ends are held', () => {
    const result = resample(Float32Array.of(0, 1, 2, 3), [1, 1, 4], [1, 1, 8]);
    expect([...result]).toEqual([0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3]);
  });
  test('along every axis alike', () => {
    const values = Float32Array.from({ length: 27 }, (_, n) => Math.floor(n / 9));
    const result = resample(values, [3, 3, 3], [6, 2, 3]);
    expect(result.length).toBe(36);
    expect(result[6]).toBeCloseTo(0.25, 6);
  });
});

describe('tiles', () => {
  test('positions as in nnU-Net', () => {
    expect(tileStarts(64, 64, 0.5)).toEqual([0]);
    expect(tileStarts(110, 64, 0.5)).toEqual([0, 23, 46]);
    expect(tileStarts(69, 32, 0.5)).toEqual([0, 12, 25, 37]);
  });
  // Sides of volume and tile, step as a share of the tile, and what nnU-Net 2.8 gives for them.
  test.each<[number, number, number, number[]]>([
    [65, 64, 0.5, [0, 1]],
    [96, 64, 0.5, [0, 32]],
    [97, 64, 0.5, [0, 16, 33]],
    [128, 64, 0.5, [0, 32, 64]],
    [200, 96, 0.5, [0, 35, 69, 104]],
    [122, 96, 0.5, [0, 26]],
    [101, 64, 0.5, [0, 18, 37]],
    [30, 16, 0.5, [0, 7, 14]],
    [69, 64, 0.5, [0, 5]],
    [79, 64, 0.25, [0, 15]],
    [112, 40, 0.5, [0, 18, 36, 54, 72]],
    [512, 192, 0.5, [0, 80, 160, 240, 320]],
    [133, 128, 1, [0, 5]],
  ])('%i voxels in tiles of %i, steps of %f', (size, patch, step, starts) => {
    expect(tileStarts(size, patch, 1 - step)).toEqual(starts);
  });
  test('slices of 2D networks come once each, in order', () => {
    for (const size of [1, 2, 3, 50, 151])
      expect(tileStarts(size, 1, 0.5)).toEqual(Array.from({ length: size }, (_, n) => n));
    expect(tileStarts(9, 4, 0.9)).toEqual([0, 1, 2, 3, 4, 5]);
  });
  test('every voxel is covered and no tile leaves the volume', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 90 }), (patch, more) => {
        const starts = tileStarts(patch + more, patch, 0.5);
        expect(starts[0]).toBe(0);
        expect(starts.at(-1)).toBe(more);
        starts.forEach((start, n) => n > 0 && expect(start - starts[n - 1]).toBeLessThanOrEqual(patch));
      }),
    );
  });
  test('weights are largest in the middle and nowhere zero', () => {
    const weights = gaussianWeights([8, 16, 160]);
    expect(weights[(4 * 16 + 8) * 160 + 80]).toBe(1);
    expect(Math.min(...weights)).toBeGreaterThan(0);
    expect(weights[(4 * 16 + 8) * 160 + 100]).toBeCloseTo(Math.exp(-0.5), 6);
  });
});

describe('running over tiles', () => {
  const doubling: Network = (values) => Promise.resolve({ scores: values.map((v) => 2 * v), channels: 1 });
  const shape: Triple = [5, 9, 13];
  const values = Float32Array.from({ length: count(shape) }, (_, n) => (n % 17) - 8);

  test.each([null, [4, 4, 4], [8, 8, 8], [3, 16, 5]] as (Triple | null)[])(
    'a network that looks at single voxels does not see the tiles (%j), nor the flips',
    async (patch) => {
      const { channels, tiles } = await runNetwork(doubling, [values], shape, {
        ...plan,
        patch,
        mirror: [0, 1, 2],
      });
      expect(channels[0].length).toBe(values.length);
      const worst = channels[0].reduce((most, v, n) => Math.max(most, Math.abs(v - 2 * values[n])), 0);
      expect(worst).toBeLessThan(1e-4);
      expect(tiles).toBe(patch === null ? 1 : tiles);
    },
  );

  /** Scores that depend on a voxel's place in its tile and on both channels; two output channels. */
  const placed: Network = (given, [d, h, w]) => {
    const size = d * h * w;
    const batch = given.length / (2 * size);
    const scores = new Float32Array(given.length);
    for (let b = 0; b < batch; b++)
      for (let n = 0; n < size; n++) {
        const [first, second] = [given[2 * b * size + n], given[(2 * b + 1) * size + n]];
        scores[2 * b * size + n] = first + 0.01 * n;
        scores[(2 * b + 1) * size + n] = second - first * 0.5 - 0.02 * n;
      }
    return Promise.resolve({ scores, channels: 2 });
  };

  test('what tiles, flips and weights come to, voxel by voxel, in batches of any size', async () => {
    const other = values.map((v, n) => v * 0.3 + (n % 5));
    const patch: Triple = [4, 5, 6];
    const setting = { ...plan, patch, mirror: [0, 2] };
    const expected = [new Float64Array(count(shape)), new Float64Array(count(shape))];
    const weights = gaussianWeights(patch);
    const total = new Float64Array(count(shape));
    const starts = shape.map((size, d) => tileStarts(size, patch[d], 0.5));
    for (const a of starts[0])
      for (const b of starts[1])
        for (const c of starts[2])
          for (const [fd, fw] of [
            [0, 0],
            [1, 0],
            [0, 1],
            [1, 1],
          ])
            // prettier-ignore
            for (let d = 0; d < 4; d++)
              for (let h = 0; h < 5; h++)
                for (let w = 0; w < 6; w++) {
                  const v = ((a + d) * 9 + b + h) * 13 + c + w;
                  const weight = weights[(d * 5 + h) * 6 + w];
                  const place = ((fd ? 3 - d : d) * 5 + h) * 6 + (fw ? 5 - w : w);
                  expected[0][v] += weight * (values[v] + 0.01 * place);
                  expected[1][v] += weight * (other[v] - values[v] * 0.5 - 0.02 * place);
                  total[v] += weight;
                }
    for (const batch of [1, 2, 3, 7, 100]) {
      const { channels } = await runNetwork(placed, [values, other], shape, setting, { batch });
      channels.forEach((found, c) =>
        found.forEach((value, v) => expect(Math.abs(value - expected[c][v] / total[v])).toBeLessThan(1e-4)),
      );
    }
  });

  test('the next run is asked for before the last one’s scores are summed, and two at most are under way', async () => {
    const log: string[] = [];
    let asked = 0;
    const slow: Network = async (v, s) => {
      const n = asked++;
      log.push(`ask ${n}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push(`end ${n}`);
      return doubling(v, s);
    };
    const ticks: string[] = [];
    await runNetwork(slow, [values], shape, { ...plan, patch: [5, 9, 5] }, {
      onTile: (done, total) => ticks.push(`${done}/${total}`),
    }); // prettier-ignore
    expect(ticks).toEqual(['0/5', '1/5', '2/5', '3/5', '4/5', '5/5']);
    for (let n = 0; n < 3; n++) {
      expect(log.indexOf(`ask ${n + 1}`)).toBeLessThan(log.indexOf(`end ${n}`));
      expect(log.indexOf(`ask ${n + 2}`)).toBeGreaterThan(log.indexOf(`end ${n}`));
    }
  });

  test('flips are undone: a network that shifts by one is averaged to a symmetric one', async () => {
    const shift: Network = (v) =>
      Promise.resolve({ scores: Float32Array.from(v, (_, n) => v[n - 1] ?? 0), channels: 1 });
    const impulse = Float32Array.of(0, 0, 1, 0, 0);
    const { channels } = await runNetwork(shift, [impulse], [1, 1, 5], { ...plan, mirror: [2] });
    expect([...channels[0]]).toEqual([0, 0.5, 0, 0.5, 0]);
  });

  test('sides are padded to the multiple asked for, and cut back', async () => {
    const seen: Triple[] = [];
    const watching: Network = (v, s) => (seen.push([...s]), doubling(v, s));
    const { channels } = await runNetwork(watching, [values], shape, { ...plan, multipleOf: [4, 4, 8] });
    expect(seen).toEqual([[8, 12, 16]]);
    expect([...channels[0]]).toEqual([...values.map((v) => 2 * v)]);
  });
});

describe('deciding and tidying', () => {
  const labels = [
    { channel: 0, label: 0, name: 'background' },
    { channel: 2, label: 7, name: 'organ' },
  ];
  test('the largest wins; a channel that no label names is background', () => {
    const scores = [Float32Array.of(1, 0, 0), Float32Array.of(0, 1, 0), Float32Array.of(0, 0, 1)];
    const found = decideLabels(scores, [1, 1, 3], [1, 1, 3], { labels, output: plan.output });
    expect([...found]).toEqual([0, 0, 7]);
  });
  test('sigmoid: 0.5 is enough, later labels lie over earlier ones', () => {
    const scores = [Float32Array.of(0.5, 0.9, 0.49), Float32Array.of(0, 0.5, 0)];
    const two = [
      { channel: 0, label: 1, name: 'organ' },
      { channel: 1, label: 2, name: 'tumour' },
    ];
    const output = { name: 'o', activation: 'sigmoid' as const };
    expect([...decideLabels(scores, [1, 1, 3], [1, 1, 3], { labels: two, output })]).toEqual([1, 2, 0]);
  });
  test('only the largest part stays, equals stay together, edges do not wrap', () => {
    const mask = Uint8Array.of(1, 1, 0, 1, 1, 0, 0, 0, 2, 0, 0, 1);
    expect(keepParts(mask, [1, 3, 4], 1, { keepLargest: true })).toBe(2);
    expect([...mask]).toEqual([1, 1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]);
    const equal = Uint8Array.of(1, 1, 0, 1, 1);
    expect(keepParts(equal, [1, 1, 5], 1, { keepLargest: true })).toBe(0);
    expect(keepParts(equal, [1, 1, 5], 1, { keepLargest: false, minimumVoxels: 3 })).toBe(4);
  });
});

test('models/manifest.schema.json is current (build/make-model-schema.ts writes it)', () => {
  const file = new URL('../../models/manifest.schema.json', import.meta.url);
  expect(existsSync(file)).toBe(true);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(manifestJsonSchema())));
});
