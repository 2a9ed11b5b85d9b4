// Agreement of boundaries: boundary IoU, and how far each point of one surface lies from the other.
import { boxVoxels, type Box } from '../box.ts';
import { nearestDistances } from '../nearest-voxel.ts';
import { denseSlices, surfaceVoxels } from '../surface-voxels.ts';
import type { MaskGrid } from '../types.ts';

/** Distances that differ by rounding alone count as equal. */
const ROUNDING_MM = 1e-9;

/**
 * Boundary IoU (Cheng, Girshick, Dollár, Berg and Kirillov 2021, CVPR, 15334–15342) of one label: intersection over
 * union of the two bands of voxels that belong to a mask and lie at most `widthMm` from a surface voxel of it (0: the
 * surface voxels alone, as MetricsReloaded). `box` holds every voxel of the label in both masks. Null for two empty
 * masks; 0 when one is empty.
 */
export function boundaryIou(
  reference: Uint8Array,
  test: Uint8Array,
  grid: MaskGrid,
  label: number,
  box: Box | null,
  widthMm: number,
): number | null {
  if (box === null) return null;
  const bands = [reference, test].map((mask) => bandOf(mask, grid, label, box, widthMm));
  let [both, either] = [0, 0];
  for (let n = 0; n < bands[0].length; n++) {
    both += bands[0][n] & bands[1][n];
    either += bands[0][n] | bands[1][n];
  }
  return either === 0 ? null : both / either;
}

/** One byte a voxel of the box: 1 in the band. */
function bandOf(
  mask: Uint8Array,
  { shape: [nx, ny], spacing }: MaskGrid,
  label: number,
  box: Box,
  width: number,
): Uint8Array {
  const { low, high } = box;
  const band = new Uint8Array(boxVoxels(box));
  const surface = surfaceVoxels(box, denseSlices(mask, nx, ny, label, box));
  if (surface.length === 0) return band;
  const [rowLength, rows] = [high[0] - low[0] + 1, high[1] - low[1] + 1];
  const placeOf = (i: number, j: number, k: number) =>
    ((k - low[2]) * rows + j - low[1]) * rowLength + i - low[0];
  for (let at = 0; at < surface.length; at += 3)
    band[placeOf(surface[at], surface[at + 1], surface[at + 2])] = 1;
  if (width < Math.min(...spacing)) return band;
  const inner: number[] = [];
  for (let k = low[2]; k <= high[2]; k++)
    for (let j = low[1]; j <= high[1]; j++)
      for (let i = low[0]; i <= high[0]; i++) {
        if (mask[(k * ny + j) * nx + i] === label && band[placeOf(i, j, k)] === 0) inner.push(i, j, k);
      }
  if (inner.length === 0) return band;
  const distances = nearestDistances(Int32Array.from(inner), surface, spacing);
  for (let n = 0; n < distances.length; n++) {
    if (distances[n] <= width + ROUNDING_MM)
      band[placeOf(inner[3 * n], inner[3 * n + 1], inner[3 * n + 2])] = 1;
  }
  return band;
}

export interface SurfacePoints {
  /** Triples i, j, k of the reference's surface voxels, in scan order. */
  readonly voxels: Int32Array;
  /** Distance to the other's surface in mm: below 0 where the point lies inside the other mask. */
  readonly distanceMm: Float32Array;
}

/**
 * How far each surface voxel of the reference lies from the surface of the test mask; for several readers, take each of
 * them against their consensus. Empty where either mask is.
 */
export function surfacePoints(
  reference: Uint8Array,
  test: Uint8Array,
  { shape: [nx, ny], spacing }: MaskGrid,
  label: number,
  box: Box | null,
): SurfacePoints {
  const none = { voxels: new Int32Array(0), distanceMm: new Float32Array(0) };
  if (box === null) return none;
  const [own, other] = [reference, test].map((mask) =>
    surfaceVoxels(box, denseSlices(mask, nx, ny, label, box)),
  );
  if (own.length === 0 || other.length === 0) return none;
  const distanceMm = Float32Array.from(nearestDistances(own, other, spacing), (distance, n) => {
    const at = (own[3 * n + 2] * ny + own[3 * n + 1]) * nx + own[3 * n];
    return test[at] === label ? -distance : distance;
  });
  return { voxels: own, distanceMm };
}
