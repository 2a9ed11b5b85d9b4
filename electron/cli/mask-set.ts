// Several masks that must lie on one grid, for the commands that combine them.
import { gridDifference, type Grid } from '../contract/geometry.ts';
import { Problem } from '../contract/problem.ts';
import { readMask } from '../imaging/index.ts';

export interface MaskSet {
  grid: Grid;
  files: string[];
  /** Label arrays in the order of the files. */
  masks: Uint8Array[];
}

/** Reads two to 32 masks; warnings go to standard error. Throws Problem `mask-grid-differs`, `too-few-masks`, `too-many-masks`. */
export async function readMaskSet(files: string[]): Promise<MaskSet> {
  if (files.length < 2) {
    throw new Problem('too-few-masks', 'A consensus needs two masks or more. Nothing was written.');
  }
  if (files.length > 32) {
    throw new Problem(
      'too-many-masks',
      `At most 32 masks are combined, and ${files.length} were given. Nothing was written.`,
    );
  }
  const masks: Uint8Array[] = [];
  let grid: Grid | null = null;
  for (const file of files) {
    const mask = await readMask(file);
    for (const warning of mask.warnings) process.stderr.write(`warning: ${file}: ${warning}\n`);
    const difference = grid && gridDifference(grid, mask.grid);
    if (difference) {
      throw new Problem(
        'mask-grid-differs',
        `${file} is not on the grid of ${files[0]}: ${difference}. Nothing was written.`,
      );
    }
    grid ??= mask.grid;
    masks.push(mask.labels);
  }
  return { grid: grid!, files, masks };
}

/** `--label`: a whole number from 1 to 255, or "all". */
export function askedLabel(text: string): number | 'all' {
  if (text === 'all') return 'all';
  const value = /^\d+$/.test(text.trim()) ? Number(text) : NaN;
  if (value >= 1 && value <= 255) return value;
  throw new Problem(
    'option-not-valid',
    `--label takes a whole number from 1 to 255 or “all”, not “${text}”.`,
  );
}

/** Labels 1…255 that occur in any of the masks, ascending. */
export function occurringLabels(masks: readonly Uint8Array[]): number[] {
  const seen = new Uint8Array(256);
  for (const mask of masks) for (let at = 0; at < mask.length; at++) seen[mask[at]] = 1;
  return [...seen.keys()].filter((label) => label > 0 && seen[label] === 1);
}

/** Outputs are NIfTI. Throws Problem `option-not-valid` for other names. */
export function checkOutput(path: string | undefined): void {
  if (path === undefined || /\.nii(\.gz)?$/i.test(path)) return;
  throw new Problem(
    'option-not-valid',
    `Results are written as .nii or .nii.gz, and ${path} is neither. Nothing was written.`,
  );
}
