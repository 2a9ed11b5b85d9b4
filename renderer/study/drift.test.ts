// What the drift page lists: every point outside its limits, whichever structure and measure is on show.
import { expect, it } from 'vitest';
import type { Chart, Drift } from '../../electron/contract/activity.ts';
import { chartsOf, flaggedPoints } from './drift.ts';

const none: Chart = { points: [], centre: null, lower: null, upper: null };
const chart = (values: [string, number, boolean][]): Chart => ({
  points: values.map(([readId, value, outside], n) => ({
    readId, caseId: 'c', round: 1, sealedAt: `2026-01-0${n + 1}T00:00:00.000Z`, value, outside,
  })), // prettier-ignore
  centre: 1,
  lower: 0.9,
  upper: 1.1,
});
const drift: Drift = {
  notes: [],
  readers: [
    {
      personId: 'ada',
      structures: [
        { label: 1, volume: chart([['r1', 1, false], ['r2', 1.5, true]]), dice: none, consensus: none },
        { label: 2, volume: none, dice: chart([['r1', 0.2, true]]), consensus: none },
      ],
    },
    { personId: 'ben', structures: [{ label: 1, volume: none, dice: none, consensus: none }] },
  ],
}; // prettier-ignore

it('lists what lies outside, the newest first, with its limits', () => {
  expect(
    flaggedPoints(drift).map(({ personId, label, measure, point, upper }) => [
      personId,
      label,
      measure,
      point.readId,
      upper,
    ]),
  ).toEqual([
    ['ada', 1, 'volume', 'r2', 1.1],
    ['ada', 2, 'dice', 'r1', 1.1],
  ]);
});

it('charts those readers that have points', () => {
  expect(chartsOf(drift, 1, 'volume').map(({ personId }) => personId)).toEqual(['ada']);
  expect(chartsOf(drift, 2, 'volume')).toEqual([]);
});
