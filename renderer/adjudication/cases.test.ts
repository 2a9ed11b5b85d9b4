// Which cases can be adjudicated, and which reads are put together unless told otherwise.
import { expect, it } from 'vitest';
import type { Consensus } from '../../electron/contract/adjudication.ts';
import type { BoardEntry } from '../../electron/contract/reads.ts';
import { casesToAdjudicate, usualReads } from './cases.ts';

const entry = (
  caseId: string,
  personId: string,
  roundNumber: number,
  state: BoardEntry['state'] = 'sealed',
) => ({ caseId, personId, roundNumber, state, readId: `${caseId}${personId}${roundNumber}` }) as BoardEntry;
const agreed = (caseId: string, id: string) => ({ caseId, id, state: 'draft' }) as Consensus;

it('lists cases with two sealed reads, drafts and the qualification left out, with the newest consensus', () => {
  const board = [
    entry('one', 'ada', 2),
    entry('one', 'ada', 1),
    entry('one', 'ben', 1),
    entry('two', 'ada', 1),
    entry('two', 'ben', 1, 'draft'),
    entry('three', 'ada', 0),
    entry('three', 'ben', 0),
    entry('four', 'ada', 1),
  ];
  const found = casesToAdjudicate(['four', 'three', 'two', 'one'], board, [
    agreed('one', 'first'),
    agreed('four', 'only'),
    agreed('one', 'second'),
  ]);
  expect(found.map(({ caseId, consensus }) => [caseId, consensus?.id])).toEqual([
    ['four', 'only'],
    ['one', 'second'],
  ]);
  expect(found[1].reads.map(({ round }) => round)).toEqual([1, 1, 2]);
});

it('puts the readers of the first round together where it has two, else all', () => {
  const read = (personId: string, round: number) => ({ readId: personId + round, personId, round });
  const all = [read('ada', 1), read('ada', 2), read('ben', 2)];
  expect(usualReads(all).map(({ readId }) => readId)).toEqual(['ada2', 'ben2']);
  expect(usualReads([read('ada', 1), read('ada', 2)])).toHaveLength(2);
});
