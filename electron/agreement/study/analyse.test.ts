// The analysis of a study: lines hold what the plain functions give, filters rewrite all of it, the AI joins only when asked.
import { describe, expect, it } from 'vitest';
import { blandAltman } from '../bland-altman.ts';
import { exampleReport } from '../report/example-input.ts';
import { caseMeans, summarise } from '../table.ts';
import { varianceComponents } from '../volumes/index.ts';
import { analyse } from './analyse.ts';
import { chooseRows, choicesOf, type StudyRow } from './filter.ts';

const rows: StudyRow[] = exampleReport(8).rows;
const settings = { replicates: 400, seed: 3 };
const whole = analyse(rows, settings);
const lineOf = (pair: string, comparison = 'inter', analysis = whole) =>
  analysis.lines.find(
    (line) => line.pair === pair && line.comparison === comparison && line.structureLabel === 1,
  )!;

describe('analyse', () => {
  it('has the summary’s lines and numbers', () => {
    const summary = summarise(rows);
    expect(whole.lines.map(({ bootstrap: _b, volumes: _v, ...line }) => line)).toEqual(summary);
    expect(whole.lines.filter((line) => line.comparison === 'inter').map((line) => line.scope)).toContain(
      'reader',
    );
  });

  it('draws whole cases: the bootstrap’s estimate is the mean, its interval holds it, the seed repeats it', () => {
    const line = lineOf('all');
    const { dice } = line.bootstrap!;
    expect(dice.estimate).toBeCloseTo(line.values.dice.mean!, 12);
    expect(dice.bca![0]).toBeLessThan(line.values.dice.mean!);
    expect(dice.bca![1]).toBeGreaterThan(line.values.dice.mean!);
    expect(analyse(rows, settings)).toEqual(whole);
    expect(lineOf('all', 'inter', analyse(rows, { ...settings, seed: 4 })).bootstrap!.dice.bca).not.toEqual(
      dice.bca,
    );
    // Wider than if pairs counted as cases.
    const values = caseMeans(
      rows.filter((row) => row.comparison === 'inter' && row.structureLabel === 1),
      'dice',
    );
    expect(line.values.dice.n).toBe(values.length);
  });

  it('limits of one pair in one round are the plain ones, of many pairs the repeated ones', () => {
    const [pair] = chooseRows(rows, { rounds: [1], structures: [1] }).filter(
      (row) => row.comparison === 'inter',
    );
    const once = analyse(chooseRows(rows, { rounds: [1], structures: [1] }), settings);
    const name = `${pair.a.name} – ${pair.b.name}`;
    const own = rows.filter(
      (row) =>
        row.comparison === 'inter' &&
        row.a.round === 1 &&
        row.structureLabel === 1 &&
        `${row.a.name} – ${row.b.name}` === name,
    );
    const plain = blandAltman(
      own.map(({ metrics }) => [metrics.reference.volumeMl, metrics.test.volumeMl] as const),
    )!;
    const { limits } = lineOf(name, 'inter', once).volumes;
    expect(limits).toMatchObject({ method: 'plain', bias: plain.bias, lowerCi95: plain.lowerCi95 });
    const all = lineOf('all').volumes;
    expect(all.limits.method).toBe('repeated');
    expect(all.correlation).toMatchObject({ ci95: null, reason: expect.stringContaining('not independent') });
  });

  it('reads appear once each, with their Dice against every other reader', () => {
    const ofOrgan = whole.reads.filter((read) => read.structureLabel === 1);
    expect(new Set(ofOrgan.map((read) => read.readId)).size).toBe(ofOrgan.length);
    expect(ofOrgan).toHaveLength(8 * 6 - 3);
    const [first] = ofOrgan;
    const own = rows.filter(
      (row) =>
        row.comparison === 'inter' &&
        row.structureLabel === 1 &&
        [row.a.readId, row.b.readId].includes(first.readId),
    );
    expect(first.pairs).toBe(2);
    expect(first.dice).toBeCloseTo((own[0].metrics.dice! + own[1].metrics.dice!) / 2, 12);
  });

  it('reliability leaves incomplete cases out and counts them; variance takes them all', () => {
    const two = whole.reliability.find((entry) => entry.of === 'Round 2' && entry.structureLabel === 1)!;
    expect(two).toMatchObject({ comparison: 'inter', cases: 7, incomplete: 0 });
    const intra = whole.reliability.find(
      (entry) => entry.comparison === 'intra' && entry.structureLabel === 1,
    )!;
    expect(intra).toMatchObject({ cases: 7, incomplete: 1, raters: ['round 1', 'round 2'] });
    expect(intra.icc.icc2.estimate).toBeGreaterThan(0.5);
    expect(intra.repeatability!.coefficient).toBeGreaterThan(0);
    const variance = whole.variance.find((entry) => entry.structureLabel === 1)!;
    expect(variance).toMatchObject({ measurements: 45, cases: 8, readers: 3, arm: null });
    expect(variance.case! + variance.reader!).toBeGreaterThan(0);
    expect(varianceComponents([]).reason).toMatch(/two cases/);
  });

  it('a single pair has its values, no interval, and a reason', () => {
    const [one] = rows;
    const { lines, variance } = analyse([one], settings);
    expect(lines[0].bootstrap).toBeNull();
    expect(lines[0].volumes.limits).toMatchObject({ bias: null, reason: 'it needs two cases' });
    expect(variance[0]).toMatchObject({ case: null, reason: 'it needs two cases and two readers' });
  });
});

describe('chooseRows', () => {
  const asAi = rows
    .filter((row) => row.comparison === 'inter')
    .map((row): StudyRow => ({ ...row, comparison: 'ai', a: { ...row.a, personId: null, name: 'AI' } }));
  it('rewrites every number', () => {
    const { readers } = choicesOf(rows);
    const chosen = chooseRows(rows, {
      readers: readers.slice(0, 2).map(({ id }) => id),
      caseText: 'patient 1',
    });
    expect(choicesOf(chosen)).toMatchObject({ readers: readers.slice(0, 2), cases: 1 });
    expect(lineOf('all', 'inter', analyse(chosen, settings)).values.dice.n).toBe(1);
  });
  it('keeps the AI out of inter-reader figures unless it is asked for', () => {
    const both = [...rows, ...asAi];
    expect(lineOf('all', 'inter', analyse(chooseRows(both, {}), settings))).toEqual(lineOf('all'));
    const withAi = analyse(chooseRows(both, { withAi: true }), settings);
    expect(withAi.lines.some((line) => line.comparison === 'inter' && line.pair.startsWith('AI – '))).toBe(
      true,
    );
    expect(withAi.reads).toHaveLength(whole.reads.length);
  });
});
