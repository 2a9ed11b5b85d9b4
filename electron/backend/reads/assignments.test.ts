// Cases that come in one by one: given out in time, none forgotten, and the same designs hold at the end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addCase, createBareStudy, type BareStudy } from '../../../test/fixtures/bare-study.ts';
import { createBackend } from '../index.ts';
import { countUnassigned, ensureAssignments, ensureAssignmentsInTime } from './assignments.ts';

let folder: string;
let bare: BareStudy;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'concord-assignments-'));
  bare = await createBareStudy(join(folder, 'Bare.concord'), { cases: 0 });
});
afterEach(async () => {
  await bare.study.database.close().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

const orders = async () => {
  const rows = await bare.study.database.read
    .selectFrom('assignment')
    .select(['reader_id', 'session_id', 'case_id', 'position'])
    .orderBy('position')
    .execute();
  return [...Map.groupBy(rows, (row) => `${row.reader_id}/${row.session_id}`).values()];
};

it('few cases at once, many in lots of a quarter; at the end everybody has all, each round in an order of its own', async () => {
  const { database } = bare.study;
  const lots: number[] = [];
  for (let n = 0; n < 120; n++) {
    await database.write(async (tx) => {
      await addCase(tx, bare.grid, n, '2026-01-05T08:00:00.000Z');
      await ensureAssignmentsInTime(tx);
    });
    const waiting = await countUnassigned(database.read);
    if (n < 24) expect(waiting, `case ${n + 1}`).toBe(0);
    else expect(waiting).toBeLessThan((n + 1) / 4);
    if (waiting === 0) lots.push(n + 1);
  }
  // 24 at once, then each time a third more than before: few shuffles of all.
  expect(lots.filter((n) => n > 24).length).toBeLessThan(10);
  await database.write((tx) => ensureAssignments(tx));
  const all = await orders();
  expect(all).toHaveLength(4);
  for (const order of all) {
    expect(order.map((row) => row.position)).toEqual(Array.from({ length: 120 }, (_, n) => n + 1));
    expect(new Set(order.map((row) => row.case_id)).size).toBe(120);
  }
  expect(new Set(all.map((order) => order.map((row) => row.case_id).join())).size).toBe(4);
});

it('an import that was cut off is given out when the study is opened', async () => {
  await bare.study.database.write(async (tx) => {
    for (let n = 0; n < 3; n++) await addCase(tx, bare.grid, n, '2026-01-05T08:00:00.000Z');
  });
  expect(await countUnassigned(bare.study.database.read)).toBe(3);
  const options = { home: join(folder, 'home'), host: 'test' as const, modelsFolder: folder, version: '0' };
  const backend = await createBackend(options);
  try {
    await backend.openStudy(bare.study.folder);
  } finally {
    await backend.close();
  }
  expect(await countUnassigned(bare.study.database.read)).toBe(0);
  expect((await orders()).map((order) => order.length)).toEqual([3, 3, 3, 3]);
});
