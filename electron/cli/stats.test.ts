// `concord stats` on tables: the documented shape, scales, missing ratings, and a sentence for every bad table.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statsOf } from './stats.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'concord-stats-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string | Buffer): string {
  const path = join(folder, 'ratings.csv');
  writeFileSync(path, text);
  return path;
}
const stats = (text: string | Buffer, options: Record<string, string | boolean> = {}) =>
  statsOf(file(text), { seed: '1', ...options });
/** Every number is finite or null. */
function noNaN(value: unknown): void {
  if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
  else if (value !== null && typeof value === 'object') Object.values(value).forEach(noNaN);
}

const anxiety = `subject,a,b,c
${[
  [3, 3, 2],
  [3, 6, 1],
  [3, 4, 4],
  [4, 6, 4],
  [5, 2, 3],
  [5, 4, 2],
  [2, 2, 1],
  [3, 4, 6],
]
  .map((row, n) => `s${n},${row.join(',')}`)
  .join('\n')}\n`;

describe('concord stats', () => {
  it('prints the documented keys and no others', async () => {
    const found = await stats(anxiety, { scale: 'ratio' });
    expect(Object.keys(found)).toEqual(
      'subjects raters scale levels pairs fleiss krippendorff gwet icc notes'.split(' '),
    );
    expect(found).toMatchObject({
      subjects: 8,
      raters: ['a', 'b', 'c'],
      scale: 'ratio',
      levels: [1, 2, 3, 4, 5, 6],
    });
    expect(found.pairs.map(({ a, b, n }) => [a, b, n])).toEqual([
      ['a', 'b', 8],
      ['a', 'c', 8],
      ['b', 'c', 8],
    ]);
    const [pair] = found.pairs;
    expect(Object.keys(pair)).toEqual(
      'a b n kappa percentAgreement pabak blandAltman pearson lin pairedT wilcoxon'.split(' '),
    );
    expect(Object.keys(pair.kappa.linear!)).toEqual(['estimate', 'se', 'ci95', 'z', 'p']);
    expect(Object.keys(pair.blandAltman!)).toEqual(
      'bias sd lower upper biasCi95 lowerCi95 upperCi95'.split(' '),
    );
    expect(Object.keys(pair.wilcoxon!)).toEqual(['v', 'p', 'method']);
    expect(Object.keys(found.icc!)).toEqual(['icc1', 'icc2', 'icc3', 'icc1k', 'icc2k', 'icc3k']);
    expect(Object.keys(found.icc!.icc2!)).toEqual(['estimate', 'ci95', 'f', 'df1', 'df2', 'p']);
    expect(Object.keys(found.fleiss!.categories[0])).toEqual(['level', 'kappa', 'z']);
    noNaN(found);
    // b − a, by hand: 0 3 1 2 −3 −1 0 1.
    expect(pair.blandAltman!.bias).toBeCloseTo(3 / 8, 12);
    expect(pair.pairedT!.meanDifference).toBeCloseTo(3 / 8, 12);
    expect(pair.percentAgreement).toBe(2 / 8);
  });
  it('gives what the scale allows, and null with a note for the rest', async () => {
    const found = await stats(anxiety, { scale: 'nominal' });
    expect(found.pairs[0]).toMatchObject({
      kappa: { linear: null, quadratic: null },
      blandAltman: null,
      wilcoxon: null,
    });
    expect(found.pairs[0].kappa.unweighted!.estimate).toBeTypeOf('number');
    expect(found.krippendorff).toMatchObject({ ordinal: null, interval: null, ratio: null });
    expect(found.gwet.ac2).toEqual({ linear: null, quadratic: null });
    expect(found.icc).toBeNull();
    expect(found.notes.join(' ')).toMatch(
      /nominal: weighted kappa.*nominal: Bland–Altman.*nominal: ratio alpha/,
    );
    const ordinal = await stats(anxiety, { scale: 'ordinal' });
    expect(ordinal.pairs[0].kappa.quadratic!.estimate).toBeTypeOf('number');
    expect(ordinal.krippendorff.ordinal).toBeTypeOf('number');
    expect(ordinal.icc).toBeNull();
  });
  it('takes levels that nobody used into weights and PABAK', async () => {
    const text = 'id,a,b\n1,1,1\n2,1,2\n3,2,2\n4,2,1\n5,1,1\n';
    const two = await stats(text, { scale: 'ordinal' });
    const five = await stats(text, { scale: 'ordinal', levels: '1,2,3,4,5' });
    expect(five.levels).toEqual([1, 2, 3, 4, 5]);
    // One step apart costs a quarter instead of everything, which cancels in kappa but not in PABAK (k = 5).
    expect(five.pairs[0].kappa.linear!.estimate).toBeCloseTo(two.pairs[0].kappa.linear!.estimate!, 12);
    expect(two.pairs[0].pabak).toBeCloseTo(2 * 0.6 - 1, 12);
    expect(five.pairs[0].pabak).toBeCloseTo((5 * 0.6 - 1) / 4, 12);
    expect(five.fleiss!.categories[4]).toEqual({ level: 5, kappa: null, z: null });
  });
  it('words: nominal unless told, ordered as --levels says', async () => {
    const text = 'id;a;b\n1;low;low\n2;mid;high\n3;high;high\n4;mid;mid\n';
    const found = await stats(text);
    expect(found).toMatchObject({ scale: 'nominal', levels: ['high', 'low', 'mid'] });
    const ordered = await stats(text, { scale: 'ordinal', levels: 'low,mid,high' });
    expect(ordered.levels).toEqual(['low', 'mid', 'high']);
    expect(ordered.pairs[0].kappa.linear!.estimate).toBeGreaterThan(
      ordered.pairs[0].kappa.unweighted!.estimate!,
    );
    expect((await stats(text, { scale: 'ordinal' })).notes.join(' ')).toMatch(
      /alphabetical order \(high, low, mid\)/,
    );
  });
  it('missing ratings leave pairs, Fleiss and ICC, and stay in Krippendorff and Gwet', async () => {
    const found = await stats('id,a,b,c\n1,1,1,1\n2,2,2,\n3,3,3,3\n4,,4,4\n5,2,3,2\n', { scale: 'interval' });
    expect(found.pairs.map((pair) => pair.n)).toEqual([4, 3, 4]);
    expect(found.notes.join(' ')).toMatch(/Fleiss and ICC leave out 2 of 5 subjects/);
    expect(found.krippendorff.nominal).toBeTypeOf('number');
    expect(found.icc!.icc1!.df1).toBe(2);
  });
  it('degenerate tables: null and why, never NaN', async () => {
    for (const text of [
      'id,a,b\n1,5,5\n2,5,5\n3,5,5\n',
      'id,a,b\n1,5,5\n',
      'id,a,b\n1,5,\n2,,4\n',
      'id,a,b\n1,,\n2,,\n',
      'id,a,b\n1,1,2\n2,2,3\n3,3,4\n',
      'id,a,b,c\n1,1,1,1\n2,2,2,2\n',
    ]) {
      const found = await stats(text, { scale: 'ratio' });
      noNaN(found);
      expect(found.notes.length).toBeGreaterThan(1);
    }
    const same = await stats('id,a,b\n1,5,5\n2,5,5\n3,5,5\n', { scale: 'interval' });
    expect(same.pairs[0].kappa.unweighted).toEqual({
      estimate: null,
      se: null,
      ci95: null,
      z: null,
      p: null,
    });
    expect(same.icc!.icc1!.estimate).toBeNull();
    expect(same.notes).toContain(
      'Kappa of a and b: both raters used one and the same level for every subject.',
    );
    const shifted = await stats('id,a,b\n1,1,2\n2,2,3\n3,3,4\n', { scale: 'interval' });
    expect(shifted.icc!.icc3).toMatchObject({ estimate: 1, ci95: [1, 1], f: null, p: 0 });
    expect(shifted.icc!.icc2!.estimate).toBeCloseTo(2 / 3, 12);
    expect(shifted.pairs[0].pairedT).toMatchObject({ t: null, p: null, meanDifference: 1 });
  });
  it('counts give Fleiss, Krippendorff and Gwet', async () => {
    const found = await stats('id,no,yes\n1,7,1\n2,3,5\n', { counts: true });
    expect(found).toMatchObject({ subjects: 2, raters: [], pairs: [], icc: null, levels: ['no', 'yes'] });
    expect(found.fleiss!.kappa).toBeCloseTo(0.161905, 6);
    const uneven = await stats('id,no,yes\n1,7,1\n2,3,4\n', { counts: true });
    expect(uneven.fleiss!.kappa).toBeNull();
    expect(uneven.krippendorff.nominal).toBeTypeOf('number');
    expect(uneven.notes.join(' ')).toMatch(/Fleiss: the subjects have different numbers of ratings/);
  });
  it('--bootstrap adds intervals that a seed repeats', async () => {
    const options = { scale: 'interval', bootstrap: '300', seed: '5' };
    const found = await stats(anxiety, options);
    expect(found.bootstrap).toMatchObject({ replicates: 300, seed: 5, clusters: 'subject' });
    const { estimate, percentile, bca } = found.bootstrap!.intervals['kappa.unweighted:a,b'];
    expect(estimate).toBeCloseTo(found.pairs[0].kappa.unweighted!.estimate!, 12);
    expect(percentile![0]).toBeLessThan(estimate!);
    expect(bca![1]).toBeGreaterThan(estimate!);
    expect(await stats(anxiety, options)).toEqual(found);
    expect((await stats(anxiety, { ...options, seed: '6' })).bootstrap).not.toEqual(found.bootstrap);
    noNaN(found);
    await expect(stats('id,x,y\n1,2,1\n', { counts: true, bootstrap: '300' })).rejects.toMatchObject({
      code: 'option-not-valid',
    });
  });
  it('reads quotes, tabs, other line ends and a byte order mark', async () => {
    const quoted = '\ufeff"sub ject","a, first",b\r\n"1, old",1,1\r\n2,2,1\r\n3,"2",2\r\n';
    expect((await stats(quoted)).raters).toEqual(['a, first', 'b']);
    expect((await stats('id\ta\tb\n1\t1\t2\n2\t2\t2\n')).subjects).toBe(2);
    const utf16 = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from('id,a,b\n1,1,2\n2,2,2\n', 'utf16le'),
    ]);
    expect((await stats(utf16)).subjects).toBe(2);
  });
});

describe('bad tables are refused in one sentence', () => {
  it.each<[string, string | Buffer, Record<string, string | boolean>, string, RegExp]>([
    [
      'text',
      'id,a,b\n1,1,x\n',
      { scale: 'interval' },
      'ratings-text',
      /subject 1 has “x” for b.*not a number/,
    ],
    ['decimal commas', 'id;a;b\n1;1,5;2\n', { scale: 'ratio' }, 'ratings-text', /“1,5” for a.*point/],
    ['ragged', 'id,a,b\n1,1\n', {}, 'table-ragged', /line 2 has 2 fields and the header 3/],
    [
      'unknown level',
      'id,a,b\n7,1,9\n',
      { levels: '1,2,3' },
      'ratings-unknown-level',
      /subject 7 has “9” for b.*1,2,3/,
    ],
    [
      'duplicate subject',
      'id,a,b\n7,1,1\n8,1,1\n7,1,1\n',
      {},
      'ratings-duplicate-subject',
      /“7” is on line 2 and again on line 4/,
    ],
    ['one rater', 'id,a\n1,1\n', {}, 'ratings-one-rater', /one rater \(a\)/],
    ['no rater', 'id\n1\n', {}, 'ratings-one-rater', /no rater/],
    ['no subject', 'id,a,b\n', {}, 'ratings-empty', /header and no subject/],
    ['nothing', '', {}, 'table-empty', /is empty/],
    ['NA', 'id,a,b\n1,NA,1\n', {}, 'ratings-missing-word', /“NA” for a; leave the field empty/],
    ['same names', 'id,a,a\n1,1,1\n', {}, 'ratings-names', /called “a”/],
    ['no name', 'id,a,\n1,1,1\n', {}, 'ratings-names', /column 3 has no name/],
    ['no subject name', 'id,a,b\n,1,1\n', {}, 'ratings-names', /line 2 has no subject/],
    ['a spreadsheet', Buffer.from('PK\u0003\u0004rest'), {}, 'table-not-text', /spreadsheet/],
    [
      'Latin letters',
      Buffer.from([105, 100, 44, 97, 44, 98, 10, 0xe9, 44, 49, 44, 49]),
      {},
      'table-not-text',
      /UTF-8/,
    ],
    ['an open quote', 'id,a,b\n1,"2,3\n', {}, 'table-quote-open', /line 2/],
    ['not counts', 'id,a,b\n1,2,1.5\n', { counts: true }, 'ratings-not-counts', /“1.5” under b/],
    ['a strange scale', 'id,a,b\n1,2,1\n', { scale: 'cardinal' }, 'option-not-valid', /--scale/],
    ['levels twice', 'id,a,b\n1,2,1\n', { levels: '1,2,2' }, 'option-not-valid', /“2” twice/],
    ['a bad seed', 'id,a,b\n1,2,1\n', { seed: '-1' }, 'option-not-valid', /--seed/],
  ])('%s', async (_, text, options, code, message) => {
    await expect(stats(text, options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
  it('exits with 2, one sentence and nothing on standard output; with 0 and one object otherwise', () => {
    const cli = resolve(import.meta.dirname, '../cli.ts');
    const bad = spawnSync(process.execPath, [cli, 'stats', join(folder, 'nowhere.csv'), '--json'], {
      encoding: 'utf8',
    });
    expect(bad).toMatchObject({ status: 2, stdout: '' });
    expect(bad.stderr).toMatch(
      /^concord: There is no file or folder at .*nowhere\.csv\. Check the path\.\n$/,
    );
    const good = execFileSync(process.execPath, [cli, 'stats', file(anxiety), '--json'], {
      encoding: 'utf8',
    });
    expect((JSON.parse(good) as { subjects: number }).subjects).toBe(8);
  });
});
