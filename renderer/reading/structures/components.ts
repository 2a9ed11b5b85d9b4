// The connected pieces of one structure: voxels that touch, also by an edge or a corner, are one piece.
import type { Triple } from '../../../electron/contract/geometry.ts';

export interface Piece {
  voxels: number;
  /** The voxel of the piece that lies nearest its centre of gravity. */
  centre: Triple;
}

export interface PiecesTask {
  /** Slices [from, from + depth) of the mask. */
  labels: Uint8Array<ArrayBuffer>;
  shape: Triple;
  /** The slice of the volume that the first one is. */
  from: number;
  label: number;
  /** mm, for what is nearest. */
  spacing: Triple;
}

/** The largest first. */
export function findPieces({ labels, shape, from, label, spacing }: PiecesTask): Piece[] {
  const [nx, ny, nz] = shape;
  const taken = new Uint8Array(labels.length);
  const pieces: Piece[] = [];
  let queue = new Uint32Array(4096);
  for (let seed = labels.indexOf(label); seed >= 0; seed = labels.indexOf(label, seed + 1)) {
    if (taken[seed]) continue;
    taken[seed] = 1;
    queue[0] = seed;
    let end = 1;
    for (let head = 0; head < end; head++) {
      const at = queue[head];
      const i = at % nx;
      const row = (at - i) / nx;
      const j = row % ny;
      const k = (row - j) / ny;
      for (let c = Math.max(0, k - 1); c <= Math.min(nz - 1, k + 1); c++) {
        for (let b = Math.max(0, j - 1); b <= Math.min(ny - 1, j + 1); b++) {
          const start = nx * (b + ny * c);
          const last = Math.min(nx - 1, i + 1);
          for (let a = Math.max(0, i - 1); a <= last; a++) {
            if (labels[start + a] !== label || taken[start + a]) continue;
            taken[start + a] = 1;
            if (end === queue.length) {
              const larger = new Uint32Array(queue.length * 2);
              larger.set(queue);
              queue = larger;
            }
            queue[end++] = start + a;
          }
        }
      }
    }
    pieces.push({ voxels: end, centre: centreOf(queue.subarray(0, end), shape, from, spacing) });
  }
  return pieces.sort((a, b) => b.voxels - a.voxels);
}

function centreOf(voxels: Uint32Array, shape: Triple, from: number, spacing: Triple): Triple {
  const [nx, ny] = shape;
  const place = (at: number): Triple => [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
  const sum = [0, 0, 0];
  for (const at of voxels) place(at).forEach((v, axis) => (sum[axis] += v));
  const mean = sum.map((total) => total / voxels.length);
  let best: Triple = [0, 0, 0];
  let least = Infinity;
  for (const at of voxels) {
    const voxel = place(at);
    const distance = voxel.reduce((total, v, axis) => total + ((v - mean[axis]) * spacing[axis]) ** 2, 0);
    if (distance < least) {
      least = distance;
      best = voxel;
    }
  }
  return [best[0], best[1], best[2] + from];
}
