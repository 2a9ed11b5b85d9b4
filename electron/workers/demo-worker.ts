// The demo study's heavy work: phantoms as files, and what a simulated reader draws on them.
import { readFile, writeFile } from 'node:fs/promises';
import { decodeMask, encodeMask, encodePatch } from '../contract/mask-bytes.ts';
import { voxelCount, type Grid } from '../contract/geometry.ts';
import { makePhantom, writeNifti } from '../imaging/index.ts';
import { simulateReading, type SimulatedReader } from './simulated-reader.ts';

export type DemoTask =
  | { do: 'phantom'; seed: number; imagePath: string; truthPath: string }
  | { do: 'read'; grid: Grid; truthPath: string; base: Uint8Array; reader: SimulatedReader };

/** One stroke per structure: what the simulated reader changed on the base. */
export interface SimulatedStroke {
  label: number;
  voxels: number;
  bytes: Uint8Array;
}

export default async function demoWork(task: DemoTask): Promise<Grid | SimulatedStroke[]> {
  if (task.do === 'phantom') {
    const { volume, truth } = makePhantom(task.seed);
    await writeFile(task.truthPath, encodeMask(truth));
    await writeNifti(task.imagePath, { grid: volume.grid, voxels: volume.voxels });
    return volume.grid;
  }
  const count = voxelCount(task.grid);
  const truth = decodeMask(await readFile(task.truthPath), count);
  const drawn = simulateReading(task.grid, truth, task.reader);
  return strokes(decodeMask(task.base, count), drawn);
}

/** The way from `base` to `drawn` as strokes, one a structure, erasing first: each is a patch on the one before. */
function strokes(base: Uint8Array, drawn: Uint8Array): SimulatedStroke[] {
  const labels = new Set<number>();
  for (let v = 0; v < drawn.length; v++) if (base[v] !== drawn[v]) labels.add(base[v]).add(drawn[v]);
  const result: SimulatedStroke[] = [];
  const present = base.slice();
  for (const label of [0, ...[...labels].filter((l) => l !== 0).sort((a, b) => a - b)]) {
    const indices: number[] = [];
    for (let v = 0; v < drawn.length; v++) if (present[v] !== drawn[v] && drawn[v] === label) indices.push(v);
    if (indices.length === 0) continue;
    const before = Uint8Array.from(indices, (v) => present[v]);
    const after = new Uint8Array(indices.length).fill(label);
    result.push({ label, voxels: indices.length, bytes: encodePatch(indices, before, after) });
    for (const v of indices) present[v] = label;
  }
  return result;
}
