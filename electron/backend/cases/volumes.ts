// The voxels of a case as the page draws them: canonical, little-endian, from a cache that can be made again.
import { createReadStream, existsSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable as NodeReadable } from 'node:stream';
import { voxelCount, type Grid } from '../../contract/geometry.ts';
import type { VolumeFacts } from '../../contract/cases.ts';
import { Problem } from '../../contract/problem.ts';
import type { OpenStudy } from '../context.ts';
import type { VolumeClient } from '../../workers/volume-client.ts';
import { factsOf, findVolume } from './store.ts';

const BYTES = { uint8: 1, int16: 2, uint16: 2, float32: 4 } as const;
/** Large enough to be quick, small enough that a volume never sits in memory whole. */
const CHUNK = 1 << 20;

export interface VolumeStore {
  facts(study: OpenStudy, volumeId: string): Promise<VolumeFacts>;
  /** The cache file of a volume, made again first when it is missing or cut short. */
  canonicalFile(
    study: OpenStudy,
    volumeId: string,
  ): Promise<{ path: string; grid: Grid; facts: VolumeFacts }>;
  /** Slices [from, from + count) of the canonical volume, or all of it. Throws Problem `slices-outside`. */
  voxelResponse(
    study: OpenStudy,
    volumeId: string,
    range?: { from: number; count: number },
  ): Promise<Response>;
}

export function createVolumeStore(needs: { client: VolumeClient }): VolumeStore {
  const rebuilding = new Map<string, Promise<void>>();

  async function record(study: OpenStudy, volumeId: string) {
    const row = await findVolume(study.database.read, volumeId);
    if (!row)
      throw new Problem('volume-not-found', 'There is no such volume in this study.', { status: 404 });
    return row;
  }

  async function canonicalFile(study: OpenStudy, volumeId: string) {
    const row = await record(study, volumeId);
    const facts = factsOf(row);
    const path = join(study.folder, 'cache', `${row.sha256}.raw`);
    const expected = voxelCount(facts.grid) * BYTES[facts.voxelType];
    const present = await stat(path).then((s) => s.size, () => -1); // prettier-ignore
    if (present !== expected) {
      const source = { path: join(study.folder, 'volumes', row.stored_path), series: row.series };
      if (!existsSync(source.path)) {
        throw new Problem(
          'volume-lost',
          `The original of ${row.file_name} is missing from the study folder. Restore it from a copy.`,
          {
            status: 422,
          },
        );
      }
      let promise = rebuilding.get(path);
      if (!promise) {
        promise = needs.client.rebuild(source, path).finally(() => rebuilding.delete(path));
        rebuilding.set(path, promise);
      }
      await promise;
    }
    return { path, grid: facts.grid, facts };
  }

  async function voxelResponse(study: OpenStudy, volumeId: string, range?: { from: number; count: number }) {
    const { path, grid, facts } = await canonicalFile(study, volumeId);
    const slice = grid.shape[0] * grid.shape[1] * BYTES[facts.voxelType];
    const from = range?.from ?? 0;
    const count = range?.count ?? grid.shape[2];
    if (from + count > grid.shape[2]) {
      throw new Problem(
        'slices-outside',
        `Slices ${from} to ${from + count - 1} are asked for and the volume has ${grid.shape[2]}.`,
      );
    }
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': String(slice * count),
      'cache-control': 'no-store',
    };
    if (count === 1) {
      // One slice is what the first picture waits for: no stream set-up.
      const bytes = new Uint8Array(slice);
      const handle = await open(path);
      try {
        await handle.read(bytes, 0, slice, slice * from);
      } finally {
        await handle.close();
      }
      return new Response(bytes, { headers });
    }
    const stream = createReadStream(path, {
      start: slice * from,
      end: slice * (from + count) - 1,
      highWaterMark: CHUNK,
    });
    return new Response(NodeReadable.toWeb(stream) as ReadableStream<Uint8Array<ArrayBuffer>>, { headers });
  }

  return {
    canonicalFile,
    voxelResponse,
    facts: async (study, volumeId) => factsOf(await record(study, volumeId)),
  };
}
