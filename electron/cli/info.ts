// `concord info FILE…`: what a volume is, as Concord understands it.
import type { Command } from 'commander';
import { orientationCode } from '../contract/geometry.ts';
import { readVolume, type Voxels } from '../imaging/index.ts';

/** One volume in plain words and numbers; lengths mm, origin and direction in LPS. */
export interface VolumeInfo {
  file: string;
  format: string;
  shape: readonly number[];
  spacing: readonly number[];
  origin: readonly number[];
  /** Row-major 3×3; column a is the direction of axis a. */
  direction: readonly number[];
  voxelType: string;
  /** Null when no voxel is a finite number. */
  min: number | null;
  max: number | null;
  orientation: string;
  modality: string | null;
  warnings: string[];
}

/** Adds `concord info` to the command line. */
export function registerInfo(program: Command): void {
  program
    .command('info')
    .description('what a volume is: format, grid, voxel type, range, orientation')
    .argument('<file...>', 'NIfTI, NRRD, MetaImage or DICOM; a folder for a DICOM series')
    .option('--json', 'print one JSON object')
    .action(async (files: string[], options: { json?: boolean }) => {
      const infos: VolumeInfo[] = [];
      for (const file of files) infos.push(await volumeInfo(file));
      const text = options.json
        ? JSON.stringify(infos.length === 1 ? infos[0] : { files: infos }, null, 2)
        : infos.map(infoText).join('\n\n');
      process.stdout.write(`${text}\n`);
    });
}

/** Reads a volume and describes it. Throws what `readVolume` throws. */
export async function volumeInfo(file: string): Promise<VolumeInfo> {
  const { grid, format, voxelType, voxels, modality, warnings } = await readVolume(file);
  return {
    file,
    format,
    shape: grid.shape,
    spacing: grid.spacing,
    origin: grid.origin,
    direction: grid.direction,
    voxelType,
    ...range(voxels),
    orientation: orientationCode(grid),
    modality,
    warnings,
  };
}

function range(voxels: Voxels): { min: number | null; max: number | null } {
  let min = Infinity;
  let max = -Infinity;
  for (let n = 0; n < voxels.length; n++) {
    const value = voxels[n];
    if (value < min && value !== -Infinity) min = value;
    if (value > max && value !== Infinity) max = value;
  }
  return min <= max ? { min, max } : { min: null, max: null };
}

function infoText(info: VolumeInfo): string {
  const numbers = (values: readonly number[], digits: number) =>
    values.map((value) => String(Number(value.toFixed(digits)))).join(' ');
  const rows: [string, string][] = [
    ['format', info.format + (info.modality ? `, ${info.modality}` : '')],
    ['shape', `${info.shape.join(' × ')} voxels`],
    ['spacing', `${info.spacing.map((s) => Number(s.toFixed(6))).join(' × ')} mm`],
    ['origin', `${numbers(info.origin, 4)} mm (LPS)`],
    ['direction', [0, 3, 6].map((at) => numbers(info.direction.slice(at, at + 3), 6)).join(' | ')],
    ['orientation', info.orientation],
    ['voxel type', info.voxelType],
    ['range', info.min === null ? 'no finite value' : `${info.min} to ${info.max}`],
    ...info.warnings.map((warning): [string, string] => ['warning', warning]),
  ];
  return [info.file, ...rows.map(([name, value]) => `  ${name.padEnd(12)}${value}`)].join('\n');
}
