// Sums and means by reader; what is undefined stays out.
import { expect, it } from 'vitest';
import { readersOf } from './anchoring.ts';

const structure = (label: number, aiVoxels: number, added: number, removed: number, dice: number | null) => ({
  label,
  aiVoxels,
  readVoxels: aiVoxels + added - removed,
  addedVoxels: added,
  removedVoxels: removed,
  surfaceChanged: dice === null ? null : 1 - dice,
  dice,
  untouched: added + removed === 0,
});
const read = (personId: string, ...structures: ReturnType<typeof structure>[]) => ({
  readId: 'r',
  personId,
  caseId: 'c',
  round: 1,
  arm: 'assisted' as const,
  activeSeconds: 1,
  structures,
});

it('by reader', () => {
  const [ada, ben] = readersOf([
    read('ada', structure(1, 100, 10, 5, 0.9), structure(2, 0, 0, 0, null)),
    read('ada', structure(1, 100, 0, 0, 1)),
    read('ben', structure(1, 0, 20, 0, 0)),
  ]);
  expect(ada).toMatchObject({ reads: 2, structures: 2, untouched: 1, voxelsChanged: 0.075 });
  expect(ada.dice).toBeCloseTo(0.95, 12);
  expect(ben).toMatchObject({ structures: 1, voxelsChanged: null, dice: 0 });
});
