// What a stroke or an operation may touch: locks and the editable region, as tables over the label that a voxel has now.

/** Anywhere; only where nothing is drawn; only inside one structure. */
export type RegionRule = 'anywhere' | 'empty' | 'inside';

/** Values of the picture, both ends included. */
export interface ValueRange {
  low: number;
  high: number;
}

export interface EditRule {
  region: RegionRule;
  /** The label that `inside` means. */
  insideLabel: number;
  locked: ReadonlySet<number>;
  /** Only voxels with such values change, drawn or erased; null: whatever their values. */
  range: ValueRange | null;
}

/**
 * `table[label]` is 1 where a voxel that has `label` now may become `target` (0 erases). The eraser takes away the
 * active structure only, so that a slip never eats a neighbour. The value range is the caller's to ask, voxel by voxel.
 */
export function permissions(rule: Omit<EditRule, 'range'>, activeLabel: number, target: number): Uint8Array {
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

/**
 * The same for an operation that changes several labels at once: `table[from << 8 | to]` is 1 where that change is
 * permitted. Only the structures in `acted` may lose voxels to nothing.
 */
export function transitions(rule: Omit<EditRule, 'range'>, acted: readonly number[]): Uint8Array {
  const table = new Uint8Array(65536);
  for (let to = 1; to < 256; to++) {
    const into = permissions(rule, to, to);
    for (let from = 0; from < 256; from++) table[(from << 8) | to] = into[from];
  }
  for (const from of acted) if (from !== 0 && !rule.locked.has(from)) table[from << 8] = 1;
  return table;
}
