// Where a structure is: the voxel of it that lies nearest its centre of gravity.
import type { Triple } from '../../electron/contract/geometry.ts';

/** A voxel of `label`, or null when there is none. A ring's centre is empty, so the nearest voxel of its own is taken. */
export function centreOf(
  volume: { labels: Uint8Array; shape: Readonly<Triple>; counts: Uint32Array },
  label: number,
): Triple | null {
  if (!volume.counts[label]) return null;
  const [nx, ny] = volume.shape;
  const { labels } = volume;
  const sum = [0, 0, 0];
  let count = 0;
  for (let at = labels.indexOf(label); at >= 0; at = labels.indexOf(label, at + 1)) {
    sum[0] += at % nx;
    sum[1] += Math.floor(at / nx) % ny;
    sum[2] += Math.floor(at / (nx * ny));
    count++;
  }
  const mean = sum.map((total) => total / count);
  let best: Triple | null = null;
  let least = Infinity;
  for (let at = labels.indexOf(label); at >= 0; at = labels.indexOf(label, at + 1)) {
    const voxel: Triple = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
    const distance = (voxel[0] - mean[0]) ** 2 + (voxel[1] - mean[1]) ** 2 + (voxel[2] - mean[2]) ** 2;
    if (distance < least) {
      least = distance;
      best = voxel;
    }
  }
  return best;
}
