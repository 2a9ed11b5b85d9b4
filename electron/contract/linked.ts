// Further volumes of a case: another phase or sequence of the same patient, shown over the case's own in patient space.
import * as z from 'zod';
import { patientToVoxel, voxelToPatient, type Grid, type Triple } from './geometry.ts';
import { IdSchema, NameSchema } from './identity.ts';
import { BlindVolumeSchema } from './reads.ts';

export const LinkedVolumeSchema = z.object({
  id: IdSchema,
  /** As the coordinator named it; readers see it. */
  name: z.string(),
  volume: BlindVolumeSchema,
  /** What to keep in mind while it lies over the case, one sentence each. */
  warnings: z.array(z.string()),
});
export type LinkedVolume = z.infer<typeof LinkedVolumeSchema>;

export const LinkVolumeSchema = z.object({
  path: z.string().min(1),
  series: z.string().nullable(),
  name: NameSchema,
});
export type LinkVolume = z.infer<typeof LinkVolumeSchema>;

/** Points along each side of a grid at which coverage is looked at. */
const SAMPLES = 24;

/** Share (0…1) of `grid`'s extent that lies inside `other`, both placed in patient space. */
export function coverage(grid: Grid, other: Grid): number {
  let inside = 0;
  for (let c = 0; c < SAMPLES; c++)
    for (let b = 0; b < SAMPLES; b++)
      for (let a = 0; a < SAMPLES; a++) {
        const voxel = [a, b, c].map(
          (n, axis) => ((n + 0.5) / SAMPLES) * grid.shape[axis] - 0.5,
        ) as unknown as Triple;
        const there = patientToVoxel(other, voxelToPatient(grid, voxel));
        if (there.every((v, axis) => v >= -0.5 && v <= other.shape[axis] - 0.5)) inside++;
      }
  return inside / SAMPLES ** 3;
}
