// A model for another modality or sequence is doubted aloud; what nobody knows is not.
import { expect, test } from 'vitest';
import { modelDoubt, modelFit, modelUnknown } from './models.ts';

const made = (modality: string | null, sequence: string | null = null) => ({
  name: 'Net',
  modality,
  sequence,
});
const picture = (modality: string | null, sequence: string | null = null) => ({ modality, sequence });

test('the file’s modality counts, the study’s where the file says none', () => {
  expect(modelDoubt(made('CT'), picture('CT'), 'MR')).toBeNull();
  expect(modelDoubt(made(null), picture('MR'), 'MR')).toBeNull();
  expect(modelDoubt(made('CT'), picture('MR'), 'CT')).toContain('was made for CT; this is MR');
  expect(modelDoubt(made('CT'), picture(null), 'CT')).toBeNull();
  expect(modelDoubt(made('CT'), picture(null), 'MR')).toContain('this is MR');
  expect(modelDoubt(made('CT'), picture(null), 'other')).toBeNull();
});

test('T1 on T2 is doubted, and T1 on CT; a sequence that is not known is not', () => {
  expect(modelDoubt(made('MR', 'T1'), picture('MR', 'T2'), 'MR')).toBe(
    'Net was made for MR T1; this is MR T2. Its mask may be nonsense.',
  );
  expect(modelDoubt(made('MR', 'T1'), picture('CT'), 'MR')).toContain('MR T1; this is CT');
  expect(modelDoubt(made('MR', 'T1'), picture('MR', 'T1'), 'MR')).toBeNull();
  expect(modelDoubt(made('MR', 'T1'), picture('MR'), 'MR')).toBeNull();
  expect(modelDoubt(made('MR'), picture('MR', 'T2'), 'MR')).toBeNull();
});

test('a sequence that the scan does not name is said', () => {
  expect(modelUnknown(made('MR', 'T1'), picture('MR'))).toBe(
    'Net was made for T1. This scan does not say which sequence it is.',
  );
  expect(modelUnknown(made('MR', 'T1'), picture('MR', 'T2'))).toBeNull();
  expect(modelUnknown(made('MR'), picture('MR'))).toBeNull();
});

test('models are offered by how well they fit: the sequence, the modality, any, none', () => {
  const models = [made('CT'), made('MR', 'T1'), made(null), made('MR'), made('MR', 'T2')];
  const order = (of: ReturnType<typeof picture>, study: 'CT' | 'MR' | 'other') =>
    models
      .toSorted((a, b) => modelFit(b, of, study) - modelFit(a, of, study))
      .map(({ modality, sequence }) => sequence ?? modality);
  expect(order(picture('MR', 'T2'), 'MR')).toEqual(['T2', 'MR', null, 'CT', 'T1']);
  expect(order(picture(null), 'CT')).toEqual(['CT', null, 'T1', 'MR', 'T2']);
  expect(order(picture(null), 'other')).toEqual(['CT', 'T1', null, 'MR', 'T2']);
});
