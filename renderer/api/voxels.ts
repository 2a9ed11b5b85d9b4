// A volume's voxels, slice by slice: the middle axial slice first, so that there is something to look at at once,
// then everything else in pieces, outwards from the middle.
import { Problem } from '../../electron/contract/problem.ts';
import type { CanonicalVoxelType } from '../../electron/contract/cases.ts';
import { send } from './http.ts';

export type Voxels =
  Uint8Array<ArrayBuffer> | Int16Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

const ARRAYS = { uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, float32: Float32Array };
/** About what one request carries: few enough requests, pieces small enough to show progress. */
const PIECE_BYTES = 8 * 1024 * 1024;

export interface VoxelSource {
  /** …/voxels of a read or a case. */
  path: string;
  study: string;
  shape: readonly [number, number, number];
  voxelType: CanonicalVoxelType;
}

export interface SliceRange {
  from: number;
  count: number;
}

/** The order of fetching: the middle slice, then pieces of at most `perPiece` slices alternating above and below it. */
export function fetchOrder(slices: number, perPiece: number): SliceRange[] {
  const middle = Math.floor(slices / 2);
  const order: SliceRange[] = [{ from: middle, count: 1 }];
  let above = middle + 1;
  let below = middle;
  while (above < slices || below > 0) {
    if (above < slices) {
      const count = Math.min(perPiece, slices - above);
      order.push({ from: above, count });
      above += count;
    }
    if (below > 0) {
      const count = Math.min(perPiece, below);
      order.push({ from: below - count, count });
      below -= count;
    }
  }
  return order;
}

/** An empty array for the volume's voxels. Little-endian, as every machine Concord runs on. */
export function allocateVoxels(source: Pick<VoxelSource, 'shape' | 'voxelType'>): Voxels {
  const [x, y, z] = source.shape;
  return new ARRAYS[source.voxelType](x * y * z);
}

/**
 * Fetches every slice into `into`, calling `arrived` after each piece with the slices that are now there and the
 * fraction of all. Throws Problem when the backend refuses or an answer is short.
 */
export async function fetchVoxels(
  source: VoxelSource,
  into: ArrayBufferView<ArrayBuffer>,
  arrived: (range: SliceRange, fraction: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const slices = source.shape[2];
  const sliceBytes = into.byteLength / slices;
  const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
  let done = 0;
  for (const range of fetchOrder(slices, Math.max(1, Math.floor(PIECE_BYTES / sliceBytes)))) {
    await fetchPiece(source, range, bytes, sliceBytes, signal);
    done += range.count;
    arrived(range, done / slices);
  }
}

/** Streams one piece straight into its place, so that no second copy of it is ever held. */
async function fetchPiece(
  source: VoxelSource,
  range: SliceRange,
  bytes: Uint8Array<ArrayBuffer>,
  sliceBytes: number,
  signal?: AbortSignal,
): Promise<void> {
  const path = `${source.path}?from=${range.from}&count=${range.count}`;
  const response = await send(path, { study: source.study, signal });
  let at = range.from * sliceBytes;
  const end = at + range.count * sliceBytes;
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (at + value.byteLength > end) break;
    bytes.set(value, at);
    at += value.byteLength;
  }
  if (at === end) return;
  await reader.cancel().catch(() => undefined);
  throw new Problem('voxels-incomplete', 'The picture did not arrive whole. Open the case again.', {
    status: 502,
  });
}
