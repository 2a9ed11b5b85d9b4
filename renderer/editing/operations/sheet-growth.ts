// Region growing over the voxels that a plane at any angle passes through.
import { neighboursIn, type PlaneSheet } from '../plane-sheet.ts';
import { Growth, type GrowthTask } from './tolerance-map.ts';

/** Steps of tolerance for each voxel of the sheet, in its order (tolerance-map.ts). */
export function sheetToleranceMap(sheet: PlaneSheet, task: GrowthTask): Uint16Array<ArrayBuffer> {
  const growth = new Growth(task);
  const beside = new Int32Array(6);
  for (let p = growth.take(); p >= 0; p = growth.take()) {
    const count = neighboursIn(sheet, p, beside);
    for (let n = 0; n < count; n++) growth.offer(beside[n]);
  }
  return growth.needs;
}
