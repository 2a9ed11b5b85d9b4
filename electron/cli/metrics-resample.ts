// Nearest-neighbour resampling of a mask onto another grid, for `concord metrics --resample`.
import { patientToVoxel, voxelCount, voxelToPatient, type Grid } from '../contract/geometry.ts';

/** A voxel centre this little (in voxels) short of half-way still rounds up: rounding noise does not decide ties. */
const TIE = 1e-6;

/**
 * `labels` on grid `from` → labels on grid `onto`, each voxel taking the label of the nearest voxel centre (ties
 * upwards, as ITK). `outside` counts voxels of `onto` that lie beyond `from`; they become background.
 */
export function resampleNearest(
  labels: Uint8Array,
  from: Grid,
  onto: Grid,
): { labels: Uint8Array; outside: number } {
  const result = new Uint8Array(voxelCount(onto));
  const [nx, ny, nz] = from.shape;
  // Index to index is affine: where (0,0,0) lands, and by how much one step along each axis moves it.
  const land = (voxel: [number, number, number]) => patientToVoxel(from, voxelToPatient(onto, voxel));
  const start = land([0, 0, 0]);
  const step = ([0, 1, 2] as const).map((axis) => {
    const one: [number, number, number] = [0, 0, 0];
    one[axis] = 1;
    return land(one).map((v, n) => v - start[n]);
  });
  let outside = 0;
  let at = 0;
  for (let k = 0; k < onto.shape[2]; k++) {
    for (let j = 0; j < onto.shape[1]; j++) {
      const [x, y, z] = [0, 1, 2].map((n) => start[n] + j * step[1][n] + k * step[2][n] + 0.5 + TIE);
      for (let i = 0; i < onto.shape[0]; i++, at++) {
        const u = Math.floor(x + i * step[0][0]);
        const v = Math.floor(y + i * step[0][1]);
        const w = Math.floor(z + i * step[0][2]);
        if (u < 0 || v < 0 || w < 0 || u >= nx || v >= ny || w >= nz) outside++;
        else result[at] = labels[(w * ny + v) * nx + u];
      }
    }
  }
  return { labels: result, outside };
}
