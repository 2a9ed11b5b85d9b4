// Events in words: every action has some, ids become names, keys become words.
import { expect, it } from 'vitest';
import { actionWords, detailText } from './audit-words.ts';

it('names what is known and spells out what is not', () => {
  expect(actionWords('read.sealed')).toBe('Read sealed');
  expect(actionWords('thing.newly-done')).toBe('thing newly done');
});

it('shows names for ids', () => {
  const details = { caseId: 'abc', activeSeconds: 12.5, counts: { 1: 40 }, reason: 'look again', none: null };
  expect(detailText({ details, names: { abc: 'Patient 1' } })).toBe(
    'case: Patient 1, active seconds: 12.5, counts: {"1":40}, reason: look again, none: null',
  );
});
