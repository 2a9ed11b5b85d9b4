// A model for another modality or sequence is doubted aloud; what nobody knows is not.
import { expect, test } from 'vitest';
import { modelDoubt } from './models.ts';

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
