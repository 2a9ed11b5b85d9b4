// `concord staple` and `concord vote` on files: documented keys, outputs on the masks' grid, refusals that write nothing.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Grid } from '../contract/geometry.ts';
import { readMask, readVolume, writeNifti } from '../imaging/index.ts';
import { stapleOf, type JointResult, type StapleResult } from './staple.ts';
import { voteOf, type VoteResult } from './vote.ts';

const grid: Grid = {
  shape: [8, 6, 4],
  spacing: [1, 1, 2.5],
  origin: [-10, 5, 3],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
let folder: string;
const path = (name: string) => join(folder, name);
const files = () => ['a', 'b', 'c'].map((name) => path(`${name}.nii.gz`));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'concord-consensus-'));
  const make = (inside: (i: number) => number) => Uint8Array.from({ length: 192 }, (_, n) => inside(n % 8));
  await writeNifti(path('a.nii.gz'), { grid, labels: make((i) => (i < 4 ? 1 : 0)) });
  await writeNifti(path('b.nii.gz'), { grid, labels: make((i) => (i < 3 ? 1 : i === 7 ? 2 : 0)) });
  await writeNifti(path('c.nii.gz'), { grid, labels: make((i) => (i < 5 ? 1 : i === 7 ? 2 : 0)) });
  await writeNifti(path('moved.nii.gz'), { grid: { ...grid, origin: [-9, 5, 3] }, labels: make(() => 1) });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('concord staple', () => {
  it('gives prior, raters, iterations, volume, and probabilities on the same grid', async () => {
    const found = (await stapleOf(files(), { label: '1', output: path('p.nii.gz') })) as StapleResult;
    expect(Object.keys(found)).toEqual(['label', 'prior', 'raters', 'iterations', 'volumeMl', 'notes']);
    expect(found.prior).toBeCloseTo(12 / 24, 12);
    expect(found.raters.map((rater) => rater.file)).toEqual(files());
    expect(found.raters.every(({ sensitivity }) => sensitivity! > 0 && sensitivity! <= 1)).toBe(true);
    const written = await readVolume(path('p.nii.gz'));
    expect(written.grid).toEqual(grid);
    expect(written.voxelType).toBe('float32');
    const certain = written.voxels.filter((p) => p >= 0.5).length;
    expect(found.volumeMl).toBeCloseTo(certain * 0.0025, 12);
  });
  it('lists every label, and combines all at once when asked', async () => {
    const all = (await stapleOf(files(), { label: 'all' })) as { labels: StapleResult[] };
    expect(all.labels.map(({ label }) => label)).toEqual([1, 2]);
    const joint = (await stapleOf(files(), {
      label: '1',
      joint: true,
      output: path('j.nii'),
    })) as JointResult;
    expect(joint.labels).toEqual([0, 1, 2]);
    expect(joint.raters[0].confusion).toHaveLength(3);
    expect((await readMask(path('j.nii'))).grid).toEqual(grid);
  });
  it('says why a label that nobody drew has no sensitivity', async () => {
    const found = (await stapleOf(files(), { label: '9' })) as StapleResult;
    expect(found).toMatchObject({ prior: 0, iterations: null, volumeMl: 0 });
    expect(found.raters[0]).toMatchObject({ sensitivity: null, specificity: null });
    expect(found.notes.join(' ')).toMatch(/no mask holds label 9/);
  });
});

describe('concord vote', () => {
  it('gives the majority, ties and agreement, and writes mask and entropy', async () => {
    const found = (await voteOf(files(), {
      label: '1',
      output: path('v.nii.gz'),
      entropy: path('e.nii.gz'),
    })) as VoteResult;
    expect(found).toMatchObject({
      label: 1,
      voxels: 96,
      volumeMl: 0.24,
      ties: { voxels: 0 },
      disagreedVoxels: 48,
    });
    expect((await readMask(path('v.nii.gz'))).labels.filter((label) => label === 1)).toHaveLength(96);
    const entropy = await readVolume(path('e.nii.gz'));
    expect(Math.max(...entropy.voxels)).toBeCloseTo(Math.log2(3) - 2 / 3, 5);
    // Σ over pairs of |A∩B| is 3 + 4 + 3 columns, of |A|+|B| 2 · (4 + 3 + 5).
    expect(found.generalisedDice).toBeCloseTo(20 / 24, 12);
  });
  it('ties of two masks stay background and are counted', async () => {
    const found = (await voteOf(files().slice(0, 2), { label: 'all', output: path('t.nii.gz') })) as {
      labels: VoteResult[];
      ties: { voxels: number };
    };
    expect(found.ties.voxels).toBe(48);
    expect(found.labels.map(({ label, voxels }) => [label, voxels])).toEqual([
      [1, 72],
      [2, 0],
    ]);
    expect([...new Set((await readMask(path('t.nii.gz'))).labels)].sort()).toEqual([0, 1]);
  });
});

describe('refusals write nothing', () => {
  it.each([
    [['a.nii.gz'], {}, 'too-few-masks', /two masks or more/],
    [['a.nii.gz', 'moved.nii.gz'], {}, 'mask-grid-differs', /moved.*not on the grid of .*a\.nii\.gz: origin/],
    [['a.nii.gz', 'b.nii.gz'], { label: '0' }, 'option-not-valid', /--label/],
    [['a.nii.gz', 'b.nii.gz'], { output: 'out.png' }, 'option-not-valid', /out\.png/],
    [['a.nii.gz', 'nowhere.nii.gz'], {}, 'file-not-found', /nowhere/],
  ])('%j %j', async (names, more, code, message) => {
    const before = readdirSync(folder);
    const options = { label: '1', output: path('never.nii.gz'), ...more };
    const expected = { code, message: expect.stringMatching(message) };
    await expect(stapleOf(names.map(path), options)).rejects.toMatchObject(expected);
    await expect(voteOf(names.map(path), options)).rejects.toMatchObject(expected);
    expect(readdirSync(folder)).toEqual(before);
  });
});

const data = resolve(import.meta.dirname, '../../../shared/data/two-raters');
describe.skipIf(!existsSync(data))('one tumour case of LabelFusion (needs ../shared/data)', () => {
  it('votes and STAPLE give their published results but for ties, which are background', async () => {
    const pair = [join(data, 'unet.nii.gz'), join(data, 'resunet.nii.gz')];
    await voteOf(pair, { label: 'all', output: path('fused.nii.gz') });
    await stapleOf(pair, { label: '1', joint: true, output: path('joint.nii.gz') });
    for (const [mine, theirs] of [
      ['fused.nii.gz', 'baseline_itkvoting.nii.gz'],
      ['joint.nii.gz', 'baseline_staple.nii.gz'],
    ]) {
      const found = (await readMask(path(mine))).labels;
      const published = (await readMask(join(data, theirs))).labels;
      expect(found.findIndex((label, at) => label !== published[at])).toBe(-1);
    }
  });
});
