// From a stroke's bytes to a transaction on the disk, on a read of 512×512×300.
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createMaskService } from '../../electron/backend/masks/service.ts';
import { createReadService } from '../../electron/backend/reads/service.ts';
import { encodePatch } from '../../electron/contract/mask-bytes.ts';
import { workerEntry } from '../../electron/workers/entry.ts';
import { createMaskClient } from '../../electron/workers/mask-client.ts';
import { createPool } from '../../electron/workers/pool.ts';
import { createBareStudy } from '../../test/fixtures/bare-study.ts';
import { strokesOverHttp } from './durable-http.ts';
import { folder as benchFolder, SHAPE } from './material.ts';
import { quantile, type Bench } from './rows.ts';

const STROKES = 300;

/** A brush of 12 voxels' radius drawn over 60 voxels of one slice: where it is, all of it new. */
function strokeBytes(n: number): Uint8Array {
  const [nx, ny] = SHAPE;
  const indices: number[] = [];
  const [k, top] = [n % SHAPE[2], 20 + ((n * 37) % 400)];
  for (let j = -12; j <= 12; j++) {
    const half = Math.floor(Math.sqrt(144 - j * j));
    for (let i = 40 - half; i <= 100 + half; i++)
      indices.push((k * ny + top + j) * nx + i + ((n * 53) % 350));
  }
  indices.sort((a, b) => a - b);
  return encodePatch(indices, new Uint8Array(indices.length), new Uint8Array(indices.length).fill(1));
}

/** The least that durable can cost on this disk: four kilobytes at the end of a file, and fsync. */
function bareWrites(path: string): number[] {
  const file = openSync(path, 'a');
  const page = new Uint8Array(4096);
  const samples = Array.from({ length: STROKES }, () => {
    const began = performance.now();
    writeSync(file, page);
    fsyncSync(file);
    return performance.now() - began;
  });
  closeSync(file);
  return samples;
}

export const durable: Bench = {
  name: 'durable',
  async run(say) {
    say(`${STROKES} strokes into the database …`);
    const folder = mkdtempSync(join(benchFolder, 'durable-'));
    const pool = createPool();
    const { study, readers } = await createBareStudy(folder, { shape: [...SHAPE] });
    try {
      const reads = createReadService();
      const client = createMaskClient((task) => pool.run(workerEntry('mask-worker'), task));
      const masks = createMaskService({ reads, client });
      const [{ assignmentId }] = await reads.worklist(study, readers[0]);
      const read = await reads.open(study, assignmentId, readers[0]);
      const editor = { person: readers[0], lease: read.lease };
      const samples: number[] = [];
      for (let n = 0; n < STROKES; n++) {
        const stroke = { seq: n + 1, tool: 'brush', label: 1, milliseconds: 400, bytes: strokeBytes(n) };
        const began = performance.now();
        await masks.append(study, read.id, editor, stroke);
        if (n >= 10) samples.push(performance.now() - began);
      }
      await masks.settled();
      const sent = Array.from({ length: STROKES }, (_, n) => strokeBytes(n));
      const overHttp = await strokesOverHttp(sent, say);
      const bare = quantile(bareWrites(join(folder, 'bare')), 0.5);
      return [
        {
          what: 'stroke → durable (service, synchronous=FULL)',
          samples,
          unit: 'ms',
          target: { limit: 10, of: 'p95' },
          peer: { name: 'bare write + fsync', value: bare },
        },
        {
          what: 'stroke → durable, sent over HTTP',
          samples: overHttp,
          unit: 'ms',
          target: { limit: 10, of: 'p95' },
          peer: { name: 'bare write + fsync', value: bare },
        },
      ];
    } finally {
      await pool.close();
      await study.database.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
