// Labels meet structures by name.
import { describe, expect, it } from 'vitest';
import type { ModelSummary } from '../../electron/contract/models.ts';
import { labelPairs, matchLabels } from './ai-start.ts';

const model = (labels: [number, string][]) =>
  ({ name: 'Net', modality: 'CT', labels: labels.map(([label, name]) => ({ label, name })) }) as ModelSummary;
const structure = (label: number, name: string) => ({ id: `s${label}`, label, name, colour: '#ffffff' });

describe('labels of a model', () => {
  it('go to structures of the same name, and are dropped without one', () => {
    const choice = matchLabels(
      model([
        [1, 'left_kidney'],
        [2, 'Spleen'],
        [3, 'Aorta'],
      ]),
      [structure(7, 'Left kidney'), structure(9, 'spleen')],
    );
    expect(labelPairs(choice)).toEqual([
      { model: 1, structure: 7 },
      { model: 2, structure: 9 },
    ]);
  });

  it('go together when there is one of each', () => {
    expect(labelPairs(matchLabels(model([[4, 'organ']]), [structure(1, 'Pancreas')]))).toEqual([
      { model: 4, structure: 1 },
    ]);
  });
});
