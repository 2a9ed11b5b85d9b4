// A process that draws is killed at random moments, again and again, on one study: whatever was acknowledged is there.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { createMaskService } from '../../electron/backend/masks/service.ts';
import { createReadService } from '../../electron/backend/reads/service.ts';
import { decodeMask } from '../../electron/contract/mask-bytes.ts';
import { verifyAudit } from '../../electron/database/audit.ts';
import { createMaskClient } from '../../electron/workers/mask-client.ts';
import maskWork from '../../electron/workers/mask-worker.ts';
import { createBareStudy, openBareStudy } from '../fixtures/bare-study.ts';

const KILLS = 55;
const SHAPE: [number, number, number] = [64, 64, 24];
const VOXELS = SHAPE[0] * SHAPE[1] * SHAPE[2];
const folder = mkdtempSync(join(tmpdir(), 'concord-kill-'));
const studyFolder = join(folder, 'killed.concord');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Acknowledged {
  kind: string;
  sha256: string;
}

/** Lets the writer draw, kills it, and answers with what it was promised before it died. */
async function drawAndKill(
  run: number,
): Promise<{ acknowledged: Map<number, Acknowledged>; ready: boolean; said: string }> {
  const script = join(import.meta.dirname, 'stroke-writer.ts');
  const child = spawn(process.execPath, [script, studyFolder, String(run + 1)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compile-cache') },
  });
  const acknowledged = new Map<number, Acknowledged>();
  let ready = false;
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  // Every seventh dies at some moment of its start: opening a study must be as safe as drawing.
  if (run % 7 === 6) setTimeout(() => child.kill('SIGKILL'), Math.random() * 350);
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready') {
      ready = true;
      setTimeout(() => child.kill('SIGKILL'), Math.random() ** 2 * 400);
      continue;
    }
    const [seq, kind, sha256] = line.split(' ');
    acknowledged.set(Number(seq), { kind, sha256 });
  }
  await new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
  if (child.signalCode !== 'SIGKILL') throw new Error(`The writer ended by itself: ${said}`);
  return { acknowledged, ready, said };
}

/** Patch bytes read and applied voxel by voxel, written down here once more so that nothing of Concord is trusted. */
function applyNaively(mask: Uint8Array, bytes: Uint8Array, undo: boolean): void {
  let at = 0;
  let voxel = 0;
  const number = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++];
      value += (byte % 128) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    voxel += number();
    const end = voxel + number();
    const [before, after] = [bytes[at++], bytes[at++]];
    for (; voxel < end; voxel++) {
      if (mask[voxel] !== (undo ? after : before)) throw new Error(`voxel ${voxel} is ${mask[voxel]}`);
      mask[voxel] = undo ? before : after;
    }
  }
}

/** Opens the study as after a crash and checks all of it against `promised`. Answers with the number of steps. */
async function checkStudy(promised: ReadonlyMap<number, Acknowledged>): Promise<number> {
  const { study, readers } = await openBareStudy(studyFolder);
  try {
    expect(study.database.integrityFaults()).toEqual([]);
    expect(await verifyAudit(study.database.read)).toMatchObject({ intact: true });
    const reads = createReadService();
    const masks = createMaskService({ reads, client: createMaskClient(maskWork) });
    const [item] = await reads.worklist(study, readers[0]);
    if (!item.readId) return 0;
    const entries = await study.database.read
      .selectFrom('mask_patch')
      .select(['seq', 'kind', 'target', 'bytes'])
      .where('read_id', '=', item.readId)
      .orderBy('seq')
      .execute();
    expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, n) => n + 1));
    const mask = new Uint8Array(VOXELS);
    const bytesOf = new Map<number, Uint8Array>();
    for (const entry of entries) {
      if (entry.bytes) bytesOf.set(entry.seq, zstdDecompressSync(entry.bytes));
      const bytes = bytesOf.get(entry.target ?? entry.seq);
      if (!bytes) throw new Error(`step ${entry.seq} has no bytes`);
      applyNaively(mask, bytes, entry.kind === 'undo');
    }
    for (const [seq, { kind, sha256 }] of promised) {
      const stored = entries[seq - 1];
      expect(stored?.kind, `step ${seq} was acknowledged`).toBe(kind);
      if (kind !== 'edit') continue;
      const present = createHash('sha256')
        .update(bytesOf.get(seq) ?? '')
        .digest('hex');
      expect(present, `bytes of step ${seq}`).toBe(sha256);
    }
    const composed = await masks.compose(study, item.readId);
    expect(composed.seq).toBe(entries.length);
    expect(Buffer.compare(decodeMask(composed.bytes, VOXELS), mask)).toBe(0);
    return entries.length;
  } finally {
    await study.database.close();
  }
}

it(`keeps every acknowledged stroke over ${KILLS} kills`, { timeout: 180_000 }, async () => {
  const made = await createBareStudy(studyFolder, { shape: SHAPE, readers: ['Ada'] });
  await made.study.database.close();
  const promised = new Map<number, Acknowledged>();
  let whileDrawing = 0;
  let steps = 0;
  for (let run = 0; run < KILLS; run++) {
    const { acknowledged, ready } = await drawAndKill(run);
    for (const [seq, what] of acknowledged) {
      expect(promised.has(seq), `step ${seq} was given out twice`).toBe(false);
      promised.set(seq, what);
    }
    if (ready) whileDrawing++;
    const now = await checkStudy(promised);
    // At most the one stroke whose answer the kill cut off is more than was promised.
    expect(now - steps - acknowledged.size, 'strokes nobody was told of').toBeLessThanOrEqual(1);
    expect(now).toBeGreaterThanOrEqual(steps + acknowledged.size);
    steps = now;
  }
  expect(whileDrawing).toBeGreaterThan(KILLS / 2);
  expect(promised.size).toBeGreaterThan(KILLS);
  await sealWhatIsLeft();
  console.log(
    `${KILLS} kills, ${whileDrawing} of them while drawing; ${promised.size} strokes promised and kept`,
  );
});

/** The read that went through all of it can still be opened at once, drawn on and sealed. */
async function sealWhatIsLeft(): Promise<void> {
  const { study, readers } = await openBareStudy(studyFolder);
  const reads = createReadService();
  const masks = createMaskService({ reads, client: createMaskClient(maskWork) });
  const [item] = await reads.worklist(study, readers[0]);
  const read = await reads.open(study, item.assignmentId, readers[0]);
  await masks.seal(study, read.id, { person: readers[0], lease: read.lease });
  expect(await masks.verifySeals(study)).toEqual({ checked: 1, withoutMeasurements: 0, faults: [] });
  await study.database.close();
}
