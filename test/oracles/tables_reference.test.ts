// The tables as R read them: intraclass correlations of psych from the wide ones, variance components of lme4 from the long.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { figures, tables } from './tables_example.ts';

interface Reference {
  versions: Record<string, string>;
  wide: { file: string; cases: number; readers: string[]; icc: Record<string, number> }[];
  components: {
    structure_label: number;
    n: number;
    case: number;
    reader: number;
    case_reader: number;
    residual: number;
    mean: number;
  }[];
  imrmc: { file: string; columns: string[]; rows: number; numeric: boolean; missing: number }[];
  dictionary: { rows: number; columns: string[] };
}
const file = new URL('tables_reference.json', import.meta.url);
const reference = JSON.parse(readFileSync(file, 'utf8')) as Reference;
const { R, psych, lme4 } = reference.versions;
const linesOf = (name: string) => tables[name].trim().split('\n');

describe(`the tables in R ${R}`, () => {
  it(`psych ${psych} finds the intraclass correlations of reliability.csv in the wide tables`, () => {
    expect(reference.wide.length).toBe(
      Object.keys(tables).filter((name) => name.startsWith('volumes_wide_')).length,
    );
    for (const { file: name, cases, readers, icc } of reference.wide) {
      const [, label, round] = /label(\d+)_round(\d+)/.exec(name)!;
      const own = figures.reliability.find(
        (entry) =>
          entry.comparison === 'inter' &&
          entry.structureLabel === Number(label) &&
          entry.of === `Round ${round}`,
      )!;
      expect(own.cases, name).toBe(cases);
      expect(own.raters, name).toEqual(readers);
      expect(Object.keys(icc).length).toBe(6);
      for (const [form, estimate] of Object.entries(icc))
        expect(own.icc[form as keyof typeof own.icc].estimate, `${name} ${form}`).toBeCloseTo(estimate, 9);
    }
  });

  it(`lme4 ${lme4} finds the variance components of variance.csv in reads.csv`, () => {
    expect(reference.components.length).toBe(figures.variance.length);
    for (const theirs of reference.components) {
      const ours = figures.variance.find((entry) => entry.structureLabel === theirs.structure_label)!;
      expect(ours.measurements).toBe(theirs.n);
      // lme4 stops within 10⁻⁵ or so of the restricted likelihood's peak.
      const near = (mine: number | null, other: number) =>
        expect(Math.abs(mine! - other)).toBeLessThan(1e-4 * (theirs.case + theirs.residual));
      near(ours.case, theirs.case);
      near(ours.reader, theirs.reader);
      near(ours.caseReader, theirs.case_reader);
      near(ours.residual, theirs.residual);
      near(ours.mean, theirs.mean);
    }
  });

  it('iMRMC’s columns are there, scores are numbers and none is missing; the dictionary reads as a table', () => {
    for (const { file: name, columns, rows, numeric, missing } of reference.imrmc) {
      expect(columns).toEqual(['readerID', 'caseID', 'modalityID', 'score']);
      expect([rows, numeric, missing]).toEqual([linesOf(name).length - 1, true, 0]);
    }
    expect(reference.dictionary.rows).toBe(linesOf('dictionary.csv').length - 1);
    expect(reference.dictionary.columns).toEqual(linesOf('dictionary.csv')[0].split(','));
  });
});
