// Which reads are paired, and how pairs become summary lines.
import { describe, expect, it } from 'vitest';
import { listPairs } from './pairs.ts';
import { compareMasks } from './compare.ts';
import { summarise, type ComparisonRow } from './table.ts';

const read = (caseId: string, personId: string, round: number) => ({
  readId: `${caseId}${personId}${round}`,
  caseId,
  personId,
  round,
});
const names = (pairs: { comparison: string; a: { readId: string }; b: { readId: string } }[]) =>
  pairs.map(({ comparison, a, b }) => `${comparison} ${a.readId} ${b.readId}`);

describe('listPairs', () => {
  it('keeps readers, rounds and cases apart', () => {
    const reads = [
      read('x', 'A', 1),
      read('x', 'B', 1),
      read('x', 'B', 2),
      read('y', 'A', 1),
      read('y', 'B', 2),
    ];
    expect(names(listPairs(reads))).toEqual(['inter xA1 xB1', 'intra xB1 xB2']);
  });
  it('orders readers alike in every case and rounds from early to late', () => {
    const reads = [read('x', 'A', 2), read('x', 'A', 1), read('y', 'B', 1), read('y', 'A', 1)];
    expect(names(listPairs(reads))).toEqual(['intra xA1 xA2', 'inter yA1 yB1']);
  });
  it('lists every two of three readers and three rounds', () => {
    const reads = ['A', 'B', 'C'].flatMap((person) => [1, 2, 3].map((round) => read('x', person, round)));
    const kinds = listPairs(reads).map((pair) => pair.comparison);
    expect(kinds.filter((kind) => kind === 'inter')).toHaveLength(9);
    expect(kinds.filter((kind) => kind === 'intra')).toHaveLength(9);
  });
  it('puts the AI’s mask first', () => {
    const ai = { ...read('x', '', 1), readId: 'ai' };
    expect(names(listPairs([read('x', 'A', 1)], () => ai))).toEqual(['ai ai xA1']);
  });
});

function row(
  comparison: ComparisonRow['comparison'],
  caseId: string,
  names: [string, string],
  hit: number,
  arms: [string, string] = ['assisted', 'assisted'],
): ComparisonRow {
  const a = new Uint8Array(10).fill(1, 0, 5);
  const b = new Uint8Array(10).fill(1, 0, hit);
  const side = (n: 0 | 1) => ({
    readId: names[n],
    personId: names[n],
    name: names[n],
    round: 1,
    arm: arms[n],
  });
  const [metrics] = compareMasks(a, b, { shape: [10, 1, 1], spacing: [1, 1, 1] }, [1]);
  return {
    comparison,
    caseId,
    caseName: caseId,
    structureLabel: 1,
    structureName: 'Liver',
    a: side(0),
    b: side(1),
    metrics,
  };
}

describe('summarise', () => {
  it('counts cases, not pairs: pairs of one case enter as their mean', () => {
    const lines = summarise([
      row('inter', 'x', ['A', 'B'], 5),
      row('inter', 'x', ['A', 'C'], 3),
      row('inter', 'y', ['A', 'B'], 5),
    ]);
    expect(lines.map((line) => line.pair)).toEqual([
      'all',
      'A with the others',
      'B with the others',
      'C with the others',
      'A – B',
      'A – C',
    ]);
    const { dice } = lines[0].values;
    expect(dice.n).toBe(2);
    expect(dice.mean).toBeCloseTo(((1 + 0.75) / 2 + 1) / 2, 12);
    expect(lines[4].values.dice).toMatchObject({ n: 2, mean: 1, sd: 0 });
    expect(lines[3].values.dice).toMatchObject({ n: 1, mean: 0.75 });
  });
  it('never mixes kinds of comparison or arms', () => {
    const lines = summarise([
      row('inter', 'x', ['A', 'B'], 5),
      row('inter', 'y', ['A', 'B'], 4, ['unassisted', 'unassisted']),
      row('intra', 'x', ['A', 'A'], 3, ['assisted', 'unassisted']),
    ]);
    expect(lines.map((line) => `${line.comparison}: ${line.pair}`)).toEqual([
      'inter: all (assisted)',
      'inter: A – B (assisted)',
      'inter: all (unassisted)',
      'inter: A – B (unassisted)',
      'intra: all',
      'intra: A',
    ]);
  });
  it('counts undefined values beside the mean', () => {
    const [all] = summarise([row('inter', 'x', ['A', 'B'], 0), row('inter', 'y', ['A', 'B'], 5)]);
    expect(all.values.dice).toMatchObject({ n: 2, mean: 0.5, undefinedCount: 0 });
    expect(all.values.hd95MaxMm).toMatchObject({ n: 1, undefinedCount: 1 });
  });
});
