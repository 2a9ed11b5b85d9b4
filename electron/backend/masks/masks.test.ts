// Masks of reads against a real database: strokes, undo chains, leases, seals, proposals, imports.
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addCase,
  createBareStudy,
  type BareStudy,
  type BareStudyOptions,
} from '../../../test/fixtures/bare-study.ts';
import { voxelCount } from '../../contract/geometry.ts';
import { decodeMask, encodeDifference, encodeMask, encodePatch } from '../../contract/mask-bytes.ts';
import { Problem } from '../../contract/problem.ts';
import type { Read } from '../../contract/reads.ts';
import type { Person } from '../../contract/study.ts';
import { verifyAudit } from '../../database/audit.ts';
import { writeNifti } from '../../imaging/index.ts';
import { createMaskClient } from '../../workers/mask-client.ts';
import maskWork from '../../workers/mask-worker.ts';
import { ensureAssignments } from '../reads/assignments.ts';
import { createReadService, type Editor } from '../reads/service.ts';
import { createMaskService } from './service.ts';

const DAY = 86_400_000;
let folder: string;
let clock: number;
let bare: BareStudy;
let reads: ReturnType<typeof createReadService>;
let masks: ReturnType<typeof createMaskService>;

async function start(options: BareStudyOptions = {}) {
  bare = await createBareStudy(join(folder, 'bare.concord'), options);
  reads = createReadService({ now: () => clock });
  masks = createMaskService({ reads, client: createMaskClient(maskWork) });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concord-masks-'));
  clock = Date.parse('2026-03-01T10:00:00.000Z');
});
afterEach(async () => {
  await masks.settled();
  await bare.study.database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(person: Person, round = 1): Promise<{ read: Read; editor: Editor }> {
  const list = await reads.worklist(bare.study, person);
  const item = list.find((i) => i.round.number === round);
  if (!item) throw new Error('nothing on the worklist');
  const read = await reads.open(bare.study, item.assignmentId, person);
  return { read, editor: { person, lease: read.lease } };
}

/** A stroke over voxels [from, to) of a mask that has `before` there. */
function stroke(seq: number, from: number, to: number, before: number, after: number) {
  const indices = Array.from({ length: to - from }, (_, n) => from + n);
  const bytes = encodePatch(
    indices,
    new Uint8Array(indices.length).fill(before),
    new Uint8Array(indices.length).fill(after),
  );
  return { seq, tool: 'brush', label: after, milliseconds: 400, bytes };
}

const code = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'no refusal';
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
};

async function labelsOf(readId: string): Promise<Uint8Array> {
  const { bytes } = await masks.compose(bare.study, readId);
  return decodeMask(bytes, voxelCount(bare.grid));
}

describe('strokes', () => {
  it('are stored in order, once, and only on the mask that they were drawn on', async () => {
    await start();
    const [ada] = bare.readers;
    const { read, editor } = await open(ada);
    const first = await masks.append(bare.study, read.id, editor, stroke(1, 10, 20, 0, 1));
    expect(first.seq).toBe(1);
    const again = await masks.append(bare.study, read.id, editor, stroke(1, 10, 20, 0, 1));
    expect(again).toEqual(first);
    expect(await masks.patches(bare.study, read.id, ada)).toHaveLength(1);
    const append = (s: ReturnType<typeof stroke>, by = editor) =>
      code(masks.append(bare.study, read.id, by, s));
    expect(await append(stroke(1, 10, 21, 0, 1))).toBe('patch-out-of-order');
    expect(await append(stroke(3, 30, 40, 0, 1))).toBe('patch-out-of-order');
    expect(await append(stroke(2, 15, 25, 0, 1))).toBe('patch-does-not-fit');
    expect(await append(stroke(2, 30, 40, 0, 3))).toBe('label-unknown');
    expect(await append(stroke(2, voxelCount(bare.grid) - 2, voxelCount(bare.grid) + 1, 0, 1))).toBe(
      'patch-bytes-damaged',
    );
    expect(await append({ ...stroke(2, 0, 1, 0, 1), bytes: new Uint8Array() })).toBe('patch-empty');
    expect(await append(stroke(2, 30, 40, 0, 2), { person: ada, lease: 'another' })).toBe('lease-lost');
    expect(await append(stroke(2, 30, 40, 0, 2), { person: bare.readers[1], lease: read.lease })).toBe(
      'read-not-found',
    );
    expect(await masks.patches(bare.study, read.id, ada)).toHaveLength(1);
    expect(Array.from(await masks.patch(bare.study, read.id, 1, ada))).toEqual(
      Array.from(stroke(1, 10, 20, 0, 1).bytes),
    );
  });

  it('sent at the same moment are all stored in their order', async () => {
    await start();
    const { read, editor } = await open(bare.readers[0]);
    const seqs = Array.from({ length: 12 }, (_, n) => n + 1);
    const answers = await Promise.all(
      seqs.map((seq) => masks.append(bare.study, read.id, editor, stroke(seq, seq * 10, seq * 10 + 4, 0, 1))),
    );
    expect(answers.map((a) => a.seq)).toEqual(seqs);
    expect((await labelsOf(read.id)).filter((l) => l === 1)).toHaveLength(48);
  });

  it('a step that does not fit is named when the mask is put together, never passed over', async () => {
    await start();
    const { read, editor } = await open(bare.readers[0]);
    await masks.append(bare.study, read.id, editor, stroke(1, 10, 20, 0, 1));
    await bare.study.database.write(async (tx) => {
      const row = await tx.selectFrom('mask_patch').selectAll().executeTakeFirstOrThrow();
      await tx
        .insertInto('mask_patch')
        .values({ ...row, seq: 2 })
        .execute();
      await tx.updateTable('read').set({ last_seq: 2 }).where('id', '=', read.id).execute();
    });
    await expect(masks.compose(bare.study, read.id)).rejects.toThrow(/Step 2 /);
    expect(await code(masks.seal(bare.study, read.id, editor))).toBe('stroke-does-not-fit');
    expect((await reads.record(bare.study.database.read, read.id))?.state).toBe('draft');
  });
});

describe('undo and redo', () => {
  type Command =
    { do: 'draw'; from: number; length: number; label: number } | { do: 'undo' } | { do: 'redo' };
  const command: fc.Arbitrary<Command> = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('draw' as const),
        from: fc.nat(500),
        length: fc.integer({ min: 1, max: 300 }),
        label: fc.constantFrom(0, 1, 2, 7),
      }),
    },
    { weight: 2, arbitrary: fc.constant({ do: 'undo' as const }) },
    { weight: 1, arbitrary: fc.constant({ do: 'redo' as const }) },
  );

  it('agree with a model that keeps whole masks', { timeout: 60_000 }, async () => {
    await start();
    const [ada] = bare.readers;
    const { read, editor } = await open(ada);
    let seq = 0;
    let present = new Uint8Array(voxelCount(bare.grid));
    // The journal never ends, so the runs follow one another on one read.
    const undo: { seq: number; mask: Uint8Array<ArrayBuffer> }[] = [];
    const redo: { seq: number; mask: Uint8Array<ArrayBuffer> }[] = [];
    const run = async (commands: Command[]) => {
      for (const c of commands) {
        if (c.do === 'draw') {
          const after = present.slice().fill(c.label, c.from, c.from + c.length);
          const bytes = encodeDifference(present, after);
          if (bytes.length === 0) continue;
          seq++;
          await masks.append(bare.study, read.id, editor, {
            seq,
            tool: 'brush',
            label: c.label,
            milliseconds: 1,
            bytes,
          });
          undo.push({ seq, mask: present });
          redo.length = 0;
          present = after;
          continue;
        }
        const [from, to] = c.do === 'undo' ? [undo, redo] : [redo, undo];
        const top = from.at(-1);
        const wrong = { seq: seq + 1, kind: c.do, target: (top?.seq ?? 0) + 1 };
        expect(await code(masks.reverse(bare.study, read.id, editor, wrong))).toBe('not-the-last-step');
        if (!top) continue;
        const step = { seq: seq + 1, kind: c.do, target: top.seq };
        await masks.reverse(bare.study, read.id, editor, step);
        await masks.reverse(bare.study, read.id, editor, step); // its answer was lost
        seq++;
        from.pop();
        to.push({ seq: top.seq, mask: present });
        present = top.mask;
      }
      expect(Buffer.compare(await labelsOf(read.id), present)).toBe(0);
    };
    await fc.assert(fc.asyncProperty(fc.array(command, { minLength: 15, maxLength: 45 }), run), {
      numRuns: 40,
      endOnFailure: true,
    });
    expect(seq).toBeGreaterThan(200);
    await masks.settled();
    const snapshots = await bare.study.database.read
      .selectFrom('mask_revision')
      .where('kind', '=', 'snapshot')
      .select('patch_seq')
      .execute();
    expect(snapshots.length).toBeGreaterThan(0);
    expect(snapshots.length).toBeLessThanOrEqual(2);
    // A service that remembers nothing rebuilds the stacks and the mask from the rows alone.
    const fresh = createMaskService({ reads, client: createMaskClient(maskWork) });
    const top = undo.at(-1);
    if (!top) throw new Error('the runs left nothing to undo');
    await fresh.reverse(bare.study, read.id, editor, { seq: seq + 1, kind: 'undo', target: top.seq });
    expect(Buffer.compare(await labelsOf(read.id), top.mask)).toBe(0);
  });

  it('do without a snapshot that is damaged', async () => {
    await start();
    const { read, editor } = await open(bare.readers[0]);
    for (let seq = 1; seq <= 25; seq++) {
      await masks.append(bare.study, read.id, editor, stroke(seq, seq * 10, seq * 10 + 4, 0, 1));
    }
    const before = await labelsOf(read.id);
    await masks.left(bare.study, read.id);
    await masks.settled();
    await bare.study.database.write(async (tx) => {
      const row = await tx.selectFrom('mask_revision').selectAll().executeTakeFirstOrThrow();
      expect(row).toMatchObject({ kind: 'snapshot', patch_seq: 25 });
      await tx.deleteFrom('mask_revision').where('id', '=', row.id).execute();
      await tx
        .insertInto('mask_revision')
        .values({ ...row, bytes: row.bytes.map((b) => b ^ 1) })
        .execute();
    });
    expect(Buffer.compare(await labelsOf(read.id), before)).toBe(0);
  });
});

describe('seals', () => {
  it('freeze the mask, by service and by database, and are verified against row and audit chain', async () => {
    await start();
    const [ada] = bare.readers;
    const { read, editor } = await open(ada);
    await masks.append(bare.study, read.id, editor, stroke(1, 10, 20, 0, 1));
    clock += 13_000;
    await reads.heartbeat(bare.study, read.id, editor, 12.5);
    const { sha256 } = await masks.seal(bare.study, read.id, editor);
    expect(await code(masks.append(bare.study, read.id, editor, stroke(2, 30, 40, 0, 1)))).toBe(
      'read-sealed',
    );
    expect(await code(masks.seal(bare.study, read.id, editor))).toBe('read-sealed');
    const attempt = (
      work: (tx: Parameters<Parameters<typeof bare.study.database.write>[0]>[0]) => Promise<unknown>,
    ) => expect(bare.study.database.write(work)).rejects;
    await attempt(async (tx) => {
      const row = await tx.selectFrom('mask_patch').selectAll().executeTakeFirstOrThrow();
      await tx
        .insertInto('mask_patch')
        .values({ ...row, seq: 2 })
        .execute();
    }).toThrow(/takes no strokes/);
    await attempt((tx) => tx.updateTable('mask_patch').set({ label: 2 }).execute()).toThrow(/never change/);
    await attempt((tx) => tx.updateTable('mask_revision').set({ sha256: 'x' }).execute()).toThrow(
      /never change/,
    );
    await attempt((tx) => tx.updateTable('read').set({ sealed_sha256: 'x' }).execute()).toThrow(
      /never changes/,
    );
    const sealed = await bare.study.database.read
      .selectFrom('audit_event')
      .where('action', '=', 'read.sealed')
      .selectAll()
      .executeTakeFirstOrThrow();
    expect(JSON.parse(sealed.details)).toMatchObject({
      sha256,
      counts: { 1: 10 },
      patches: 1,
      activeSeconds: 12.5,
    });
    expect(await masks.verifySeals(bare.study)).toEqual({ checked: 1, withoutMeasurements: 0, faults: [] });
    expect((await verifyAudit(bare.study.database.read)).intact).toBe(true);
  });

  it('of an older Concord, which name no measurements, stay valid and are counted', async () => {
    await start();
    const { read, editor } = await open(bare.readers[0]);
    await masks.append(bare.study, read.id, editor, stroke(1, 10, 20, 0, 1));
    await masks.seal(bare.study, read.id, editor);
    const { default: Database } = await import('better-sqlite3');
    const sqlite = new Database(join(bare.study.folder, 'study.sqlite'));
    sqlite.exec('DROP TRIGGER audit_event_is_final');
    sqlite.exec(
      "UPDATE audit_event SET details = json_remove(details, '$.measurements', '$.measurementsSha256')",
    );
    sqlite.close();
    const verdict = await masks.verifySeals(bare.study);
    expect(verdict).toEqual({ checked: 1, withoutMeasurements: 1, faults: [] });
  });

  it('are found out when the stored mask was tampered with', async () => {
    await start();
    const { read, editor } = await open(bare.readers[0]);
    await masks.append(bare.study, read.id, editor, stroke(1, 10, 20, 0, 1));
    await masks.seal(bare.study, read.id, editor);
    const { default: Database } = await import('better-sqlite3');
    const sqlite = new Database(join(bare.study.folder, 'study.sqlite'));
    sqlite.exec('DROP TRIGGER mask_revision_is_final');
    const other = await maskWork({ name: 'pack', parameters: [encodeMask(new Uint8Array(2048)), 2048] });
    const { zipped, sha256 } = (other as { value: { zipped: Uint8Array; sha256: string } }).value;
    sqlite.prepare('UPDATE mask_revision SET bytes = ?, sha256 = ?').run(zipped, sha256);
    sqlite.close();
    const verdict = await masks.verifySeals(bare.study);
    expect(verdict.faults).toMatchObject([{ readId: read.id }]);
  });

  it('are lifted only as a new version, with a reason, and both versions stay', async () => {
    await start();
    const [ada] = bare.readers;
    const { read, editor } = await open(ada);
    await masks.append(bare.study, read.id, editor, stroke(1, 10, 20, 0, 1));
    expect(await code(reads.reopen(bare.study, read.id, 'too early', bare.coordinator))).toBe(
      'read-not-sealed',
    );
    const { sha256 } = await masks.seal(bare.study, read.id, editor);
    const reopened = await reads.reopen(bare.study, read.id, 'missed the tail', bare.coordinator);
    expect(reopened.readId).not.toBe(read.id);
    const next = await open(ada);
    expect(next.read).toMatchObject({
      id: reopened.readId,
      version: 2,
      lastSeq: 0,
      base: { kind: 'revision' },
    });
    expect(await code(masks.mask(bare.study, read.id, ada))).toBe('read-not-found');
    await masks.append(bare.study, next.read.id, next.editor, stroke(1, 10, 15, 1, 2));
    const second = await masks.seal(bare.study, next.read.id, next.editor);
    expect(second.sha256).not.toBe(sha256);
    expect((await masks.verifySeals(bare.study)).checked).toBe(2);
    expect(await code(reads.reopen(bare.study, read.id, 'again', bare.coordinator))).toBe('read-not-sealed');
  });
});

describe('AI proposals', () => {
  const provenance = { modelName: 'MeshNet', modelVersion: '1.0' };

  it('lie under a blank read, and are one undoable edit on a drawn one', async () => {
    await start();
    const [ada] = bare.readers;
    const { read, editor } = await open(ada);
    const proposed = new Uint8Array(voxelCount(bare.grid)).fill(2, 100, 300);
    const base = await masks.addProposal(bare.study, {
      readId: read.id,
      bytes: encodeMask(proposed),
      provenance,
    });
    expect(base).toMatchObject({ as: 'base', lastSeq: 0 });
    expect(await reads.show(bare.study, read.id, ada)).toMatchObject({
      base: { kind: 'proposal', note: 'MeshNet 1.0' },
    });
    await masks.append(bare.study, read.id, editor, stroke(1, 100, 110, 2, 0));
    const drawn = await labelsOf(read.id);
    const edit = await masks.addProposal(bare.study, {
      readId: read.id,
      bytes: encodeMask(proposed),
      provenance,
    });
    expect(edit).toMatchObject({ as: 'edit', lastSeq: 2 });
    expect(Buffer.compare(await labelsOf(read.id), proposed)).toBe(0);
    expect((await masks.patches(bare.study, read.id, ada))[1]).toMatchObject({
      tool: 'AI proposal',
      voxels: 10,
    });
    await masks.reverse(bare.study, read.id, editor, { seq: 3, kind: 'undo', target: 2 });
    expect(Buffer.compare(await labelsOf(read.id), drawn)).toBe(0);
  });

  it('are refused with unknown labels, other sizes, when unwanted, and in an unassisted arm', async () => {
    await start({
      rounds: [
        { arm: 'unassisted', washoutDays: 0 },
        { arm: 'assisted', washoutDays: 0 },
      ],
    });
    const [ada] = bare.readers;
    const unassisted = await open(ada);
    const bytes = encodeMask(new Uint8Array(voxelCount(bare.grid)).fill(1, 0, 5));
    const add = (readId: string, more: object = {}) =>
      code(masks.addProposal(bare.study, { readId, bytes, provenance, ...more }));
    expect(unassisted.read.aiAllowed).toBe(false);
    expect(await add(unassisted.read.id)).toBe('ai-not-allowed');
    await masks.seal(bare.study, unassisted.read.id, unassisted.editor);
    const { read } = await open(ada, 2);
    const odd = encodeMask(new Uint8Array(voxelCount(bare.grid)).fill(9, 0, 5));
    expect(await add(read.id, { bytes: odd })).toBe('label-unknown');
    expect(await add(read.id, { bytes: encodeMask(new Uint8Array(5)) })).toBe('mask-bytes-damaged');
    expect(await add(read.id, { leaseCheck: () => false })).toBe('proposal-not-wanted');
    const revisions = await bare.study.database.read
      .selectFrom('mask_revision')
      .where('kind', '=', 'proposal')
      .select('id')
      .execute();
    expect(revisions).toHaveLength(0);
  });
});

describe('masks drawn elsewhere', () => {
  // Axes towards P, R and I, so that canonical and original order differ in every way.
  const direction = [0, -1, 0, 1, 0, 0, 0, 0, -1];

  it('come in on the grid of the file as a sealed read, and leave on it unchanged', async () => {
    await start({ shape: [6, 10, 4], direction });
    const [ada] = bare.readers;
    const labels = new Uint8Array(240);
    for (let v = 0; v < labels.length; v++) labels[v] = [0, 1, 2, 7][(v * 7 + (v >> 3)) % 4];
    const path = join(folder, 'drawn.nii.gz');
    await writeNifti(path, { grid: bare.grid, labels });
    const of = { path, caseId: bare.caseIds[0], personId: ada.id, round: 1, actor: 'Coordinator' };
    const { readId } = await masks.importMask(bare.study, of);
    const file = await masks.exportNifti(bare.study, readId, bare.coordinator);
    expect(file.fileName).toBe('Patient-0-round-1-Ada.nii.gz');
    const { writeFileSync } = await import('node:fs');
    const { readMask } = await import('../../imaging/index.ts');
    writeFileSync(join(folder, 'out.nii.gz'), file.bytes);
    const back = await readMask(join(folder, 'out.nii.gz'));
    expect(Buffer.compare(back.labels, labels)).toBe(0);
    expect(back.grid.shape).toEqual([6, 10, 4]);
    expect((await reads.worklist(bare.study, ada))[0]).toMatchObject({ state: 'sealed', readId });
    expect(await code(masks.importMask(bare.study, of))).toBe('read-exists');
    expect((await masks.verifySeals(bare.study)).faults).toEqual([]);
  });

  it('are refused on another grid, with unknown labels, or for nobody', async () => {
    await start({ shape: [6, 10, 4], direction });
    const path = join(folder, 'drawn.nii');
    const of = {
      path,
      caseId: bare.caseIds[0],
      personId: bare.readers[0].id,
      round: 1,
      actor: 'Coordinator',
    };
    const labels = new Uint8Array(240);
    await writeNifti(path, { grid: { ...bare.grid, origin: [0, 0, 5] }, labels });
    await expect(masks.importMask(bare.study, of)).rejects.toThrow(/drawn\.nii .*origin/);
    await writeNifti(path, { grid: bare.grid, labels: labels.slice().fill(5, 0, 3) });
    await expect(masks.importMask(bare.study, of)).rejects.toThrow(/drawn\.nii holds label 5/);
    await writeNifti(path, { grid: bare.grid, labels });
    expect(await code(masks.importMask(bare.study, { ...of, round: 9 }))).toBe('assignment-not-found');
    expect(await code(masks.importMask(bare.study, { ...of, path: join(folder, 'none.nii') }))).not.toBe(
      'no refusal',
    );
    expect(await reads.board(bare.study)).toSatisfy((board: { readId: unknown }[]) =>
      board.every((entry) => entry.readId === null),
    );
  });
});

describe('blinding and washout', () => {
  it('locks the second round, hides the first, and tells no case', async () => {
    await start({ cases: 3 });
    const [ada, ben] = bare.readers;
    const first = await open(ada);
    await masks.append(bare.study, first.read.id, first.editor, stroke(1, 0, 9, 0, 1));
    expect((await reads.worklist(bare.study, ada)).filter((i) => i.round.number === 2)).toSatisfy(
      (items: { state: string; unlocksAt: unknown }[]) =>
        items.every((i) => i.state === 'locked' && i.unlocksAt === null),
    );
    await masks.seal(bare.study, first.read.id, first.editor);
    expect(await code(masks.mask(bare.study, first.read.id, ada))).toBe('read-not-found');
    expect(await code(reads.show(bare.study, first.read.id, ada))).toBe('read-not-found');
    expect(await code(masks.mask(bare.study, first.read.id, ben))).toBe('read-not-found');
    const sealedItem = (await reads.worklist(bare.study, ada)).find((i) => i.readId === first.read.id);
    if (!sealedItem) throw new Error('the sealed read left the worklist');
    expect(await code(reads.open(bare.study, sealedItem.assignmentId, ada))).toBe('read-blinded');
    expect(await code(reads.open(bare.study, sealedItem.assignmentId, ben))).toBe('assignment-not-found');
    const waiting = (await reads.worklist(bare.study, ada)).find((i) => i.unlocksAt !== null);
    expect(waiting).toMatchObject({ state: 'locked', unlocksAt: '2026-03-16T00:00:00.000Z' });
    if (!waiting) return;
    expect(await code(reads.open(bare.study, waiting.assignmentId, ada))).toBe('read-locked');
    clock += 14 * DAY - 1000;
    expect(await code(reads.open(bare.study, waiting.assignmentId, ada))).toBe('read-locked');
    clock += 1000;
    const second = await reads.open(bare.study, waiting.assignmentId, ada);
    expect(second.base).toEqual({ kind: 'blank', note: null });
    expect(await code(reads.reopen(bare.study, first.read.id, 'look again', bare.coordinator))).toBe(
      'later-round-started',
    );
    await masks.seal(bare.study, second.id, { person: ada, lease: second.lease });
    expect((await masks.mask(bare.study, first.read.id, ada)).seq).toBe(1);
    expect((await reads.open(bare.study, sealedItem.assignmentId, ada)).lease).toBeNull();
    const text = JSON.stringify([await reads.worklist(bare.study, ada), second]);
    expect(text).not.toContain('Patient');
    for (const id of bare.caseIds) expect(text).not.toContain(id);
  });

  it('lets one window draw at a time, and a dead process hold nothing', async () => {
    await start();
    const [ada] = bare.readers;
    const { read, editor } = await open(ada);
    expect(await code(open(ada))).toBe('read-open-elsewhere');
    clock += 14_000;
    await reads.heartbeat(bare.study, read.id, editor, 5);
    clock += 14_000;
    expect(await code(open(ada))).toBe('read-open-elsewhere');
    clock += 2_000;
    // Run out, but nobody took it: the window goes on.
    await masks.append(bare.study, read.id, editor, stroke(1, 0, 9, 0, 1));
    clock += 16_000;
    const other = await open(ada);
    expect(await code(masks.append(bare.study, read.id, editor, stroke(2, 10, 19, 0, 1)))).toBe('lease-lost');
    expect(await code(reads.heartbeat(bare.study, read.id, editor, 1))).toBe('lease-lost');
    await reads.release(bare.study, read.id, editor); // no error, no effect
    expect(await code(open(ada))).toBe('read-open-elsewhere');
    await reads.release(bare.study, read.id, other.editor);
    const third = await open(ada);
    const { hostname } = await import('node:os');
    const dead = `${hostname().replaceAll(':', '-')}:${process.pid}:000000000000`;
    await bare.study.database.write((tx) => tx.updateTable('read').set({ lease_process: dead }).execute());
    const fourth = await open(ada);
    expect(fourth.read.lease).not.toBe(third.read.lease);
  });

  it('assigns every reader every case in every round, each in an order of its own', async () => {
    await start({ cases: 5, rounds: [1, 2, 3].map(() => ({ arm: 'assisted' as const, washoutDays: 0 })) });
    const [ada] = bare.readers;
    const orders = async () => {
      const rows = await bare.study.database.read
        .selectFrom('assignment')
        .innerJoin('session', 'session.id', 'assignment.session_id')
        .select(['reader_id', 'case_id', 'session.number', 'assignment.position'])
        .orderBy('assignment.position')
        .execute();
      const of = new Map<string, string[]>();
      for (const row of rows) {
        const key = `${row.reader_id === ada.id ? 'Ada' : 'Ben'} ${row.number}`;
        of.set(key, [...(of.get(key) ?? []), row.case_id]);
        expect(row.position).toBe(of.get(key)?.length);
      }
      return of;
    };
    const before = await orders();
    expect(before.size).toBe(6);
    expect(new Set([...before.values()].map(String)).size).toBe(6);
    await bare.study.database.write((tx) => ensureAssignments(tx));
    expect(await orders()).toEqual(before);
    const begun = await open(ada);
    expect(begun.read.title).toBe('Case 1');
    await bare.study.database.write(async (tx) => {
      for (const n of [5, 6, 7]) await addCase(tx, bare.grid, n, '2026-02-01T00:00:00.000Z');
      await ensureAssignments(tx);
    });
    const after = await orders();
    for (const order of after.values()) expect(new Set(order).size).toBe(8);
    expect(after.get('Ada 1')?.slice(0, 5)).toEqual(before.get('Ada 1'));
    for (const name of ['Ada', 'Ben']) {
      expect(new Set([1, 2, 3].map((n) => String(after.get(`${name} ${n}`)))).size).toBe(3);
    }
  });
});
