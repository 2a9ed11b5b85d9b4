// Labels meet structures by name; a model for another modality is doubted aloud.
import { describe, expect, it } from 'vitest';
import type { ModelSummary } from '../../electron/contract/models.ts';
import { labelPairs, matchLabels, modalityDoubt } from './ai-start.ts';

const model = (labels: [number, string][], modality: string | null = 'CT') =>
  ({ name: 'Net', modality, labels: labels.map(([label, name]) => ({ label, name })) }) as ModelSummary;
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

describe('modality', () => {
  it('is doubted when the file, or else the study, says something else', () => {
    expect(modalityDoubt(model([[1, 'a']]), 'CT', 'MR')).toBeNull();
    expect(modalityDoubt(model([[1, 'a']], null), 'MR', 'MR')).toBeNull();
    expect(modalityDoubt(model([[1, 'a']]), 'MR', 'CT')).toContain('this is MR');
    expect(modalityDoubt(model([[1, 'a']]), null, 'CT')).toBeNull();
    expect(modalityDoubt(model([[1, 'a']]), null, 'MR')).toContain('this is MR');
    expect(modalityDoubt(model([[1, 'a']]), null, 'other')).toBeNull();
  });
});
