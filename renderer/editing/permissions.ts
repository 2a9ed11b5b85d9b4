// What a stroke may touch: locks and the editable region, as one table over the label that a voxel has now.

/** Anywhere; only where nothing is drawn; only inside one structure. */
export type RegionRule = 'anywhere' | 'empty' | 'inside';

export interface EditRule {
  region: RegionRule;
  /** The label that `inside` means. */
  insideLabel: number;
  locked: ReadonlySet<number>;
}

/**
 * `table[label]` is 1 where a voxel that has `label` now may become `target` (0 erases). The eraser takes away the
 * active structure only, so that a slip never eats a neighbour.
 */
export function permissions(rule: EditRule, activeLabel: number, target: number): Uint8Array {
  const table = new Uint8Array(256);
  if (target !== 0 && rule.locked.has(target)) return table;
  for (let label = 0; label < 256; label++) {
    if (label === target || rule.locked.has(label)) continue;
    if (target === 0) table[label] = label === activeLabel ? 1 : 0;
    else if (rule.region === 'empty') table[label] = label === 0 ? 1 : 0;
    else if (rule.region === 'inside') table[label] = label === rule.insideLabel ? 1 : 0;
    else table[label] = 1;
  }
  return table;
}
