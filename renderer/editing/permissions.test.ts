// Locks and regions: which labels a stroke may turn into which.
import { describe, expect, it } from 'vitest';
import { permissions, type EditRule } from './permissions.ts';

const allowed = (rule: Partial<EditRule>, active: number, target: number) => {
  const table = permissions(
    { region: 'anywhere', insideLabel: 0, locked: new Set(), ...rule },
    active,
    target,
  );
  return [...table.keys()].filter((label) => table[label] === 1);
};
const all = Array.from({ length: 256 }, (_, label) => label);

describe('what a stroke may touch', () => {
  it('is every other label anywhere, and never a locked one', () => {
    expect(allowed({}, 2, 2)).toEqual(all.filter((label) => label !== 2));
    expect(allowed({ locked: new Set([3, 4]) }, 2, 2)).toEqual(
      all.filter((label) => ![2, 3, 4].includes(label)),
    );
  });
  it('is background alone where only empty voxels count', () => {
    expect(allowed({ region: 'empty' }, 2, 2)).toEqual([0]);
  });
  it('is one structure where drawing stays inside it, unless that is locked', () => {
    expect(allowed({ region: 'inside', insideLabel: 5 }, 2, 2)).toEqual([5]);
    expect(allowed({ region: 'inside', insideLabel: 5, locked: new Set([5]) }, 2, 2)).toEqual([]);
    expect(allowed({ region: 'inside', insideLabel: 2 }, 2, 2)).toEqual([]);
  });
  it('lets the eraser take the active structure and nothing else', () => {
    for (const region of ['anywhere', 'empty', 'inside'] as const) {
      expect(allowed({ region, insideLabel: 5 }, 2, 0)).toEqual([2]);
    }
    expect(allowed({ locked: new Set([2]) }, 2, 0)).toEqual([]);
  });
  it('is nothing when the structure itself is locked', () => {
    expect(allowed({ locked: new Set([2]) }, 2, 2)).toEqual([]);
  });
});
