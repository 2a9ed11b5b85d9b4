// Tidy tables: every column explained, every number with all its digits, wide ones as other programs read them.
import { describe, expect, it } from 'vitest';
import { agreement, figures, tables } from '../../test/oracles/tables_example.ts';
import { agreementText } from './agreement-text.ts';

const parse = (name: string) => {
  const [head, ...lines] = tables[name]
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return lines.map((line) => Object.fromEntries(head.map((column, n) => [column, line[n]])));
};

describe('agreementCsv', () => {
  it('explains every column of every file', () => {
    for (const [file, text] of Object.entries(tables)) {
      if (file === 'dictionary.csv') continue;
      for (const column of text.split('\n')[0].split(',')) {
        const line = tables['dictionary.csv']
          .split('\n')
          .find((entry) => entry.startsWith(`${file},${column},`));
        expect(line, `${file}: ${column}`).toMatch(/,[^,]*,.{4,}$/);
      }
    }
  });
  it('gives the stored digits', () => {
    const [first] = parse('summary.csv');
    expect(Number(first['mean'])).toBe(figures.lines[0].values.dice.mean);
    expect(Number(first['bca95_low'])).toBe(figures.lines[0].bootstrap!.dice.bca![0]);
    expect(Number(parse('volumes.csv')[0]['bias_ml'])).toBe(figures.lines[0].volumes.limits.bias);
    expect(parse('reads.csv')).toHaveLength(figures.reads.length);
  });
  it('has a row a case and a column a reader, missing reads empty', () => {
    const wide = parse('volumes_wide_label1_round2.csv');
    expect(wide).toHaveLength(4);
    expect(Object.keys(wide[0])).toEqual(['case', 'Dr <Wei> & Chen', 'Dr Anna Lindqvist', 'Dr José Ibáñez']);
    const own = figures.reads.find(
      (read) => read.round === 2 && read.structureLabel === 1 && read.name === 'Dr Anna Lindqvist',
    )!;
    expect(Number(wide.find((row) => row['case'] === own.caseName)!['Dr Anna Lindqvist'])).toBe(own.volumeMl);
    expect(tables['imrmc_label1.csv'].split('\n')[0]).toBe('readerID,caseID,modalityID,score');
  });
  it('the text prints the same figures', () => {
    const { limits } = figures.lines.find((line) => line.isAll)!.volumes;
    expect(agreementText(agreement)).toContain(`bias ${limits.bias!.toFixed(3)} mL`);
  });
});
