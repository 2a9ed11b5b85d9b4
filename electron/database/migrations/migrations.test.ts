// A study made by an older Concord opens with everything in it, at every step of the way.
import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../open.ts';
import { MIGRATIONS } from './index.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** A study file as the Concord that knew migrations up to `number` left it, with one person in it. */
function studyOf(number: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'concord-migrations-'));
  folders.push(folder);
  const file = join(folder, 'study.sqlite');
  const sqlite = new Database(file);
  for (const migration of MIGRATIONS) if (migration.number <= number) sqlite.exec(migration.sql);
  sqlite.pragma(`user_version = ${number}`);
  sqlite.pragma(`application_id = ${0x43435244}`);
  sqlite
    .prepare(
      `INSERT INTO reader (id, name, role, passphrase_hash, colour, position, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run('ada', 'Ada', 'reader', 'x', '#ffffff', 0, '2026-01-01T00:00:00.000Z');
  sqlite.close();
  return file;
}

describe('migrations', () => {
  it('are numbered one after another', () => {
    expect(MIGRATIONS.map(({ number }) => number)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  it.each(MIGRATIONS.map(({ number }) => number))(
    'a study of format %i is brought up to date',
    async (number) => {
      const database = openDatabase(studyOf(number));
      expect(await database.read.selectFrom('reader').select('name').execute()).toEqual([{ name: 'Ada' }]);
      const row = { reader_id: 'ada', scope: '', value: '{}', at: '2026-01-01T00:00:00.000Z' };
      await database.write((tx) => tx.insertInto('display').values(row).execute());
      expect(await database.read.selectFrom('annotation').selectAll().execute()).toEqual([]);
      expect(database.integrityFaults()).toEqual([]);
      await database.close();
    },
  );

  it('tables that are made anew keep their rows and what points at them', async () => {
    const file = studyOf(2);
    const old = new Database(file);
    old.exec(`
      PRAGMA foreign_keys = ON;
      INSERT INTO study VALUES ('s', 'Old', 'CT', 0, 7, '2026-01-01T00:00:00.000Z');
      INSERT INTO session VALUES ('one', 1, 'R1', 'unassisted', 0), ('two', 2, 'R2', 'assisted', 14.5);
      INSERT INTO volume VALUES ('v', 'x', 'f', 'nifti', 1, 'p', NULL, '{}', '{}', '{}', 'int16', 0, 1, NULL, 1, 1, '[]', NULL, 'now');
      INSERT INTO "case" VALUES ('c', 'Case', 'v', 0, 'now');
      INSERT INTO assignment VALUES ('a1', 'one', 'ada', 'c', 1), ('a2', 'two', 'ada', 'c', 1);
      INSERT INTO read (id, assignment_id, version, state, source, opened_at) VALUES ('r', 'a1', 1, 'draft', 'concord', 'now');
      INSERT INTO display VALUES ('ada', '', '{}', 'now');
    `);
    old.close();
    const database = openDatabase(file);
    const rows = await database.read
      .selectFrom('read')
      .innerJoin('assignment', 'assignment.id', 'read.assignment_id')
      .innerJoin('session', 'session.id', 'assignment.session_id')
      .innerJoin('reader', 'reader.id', 'assignment.reader_id')
      .select(['read.id', 'assignment.arm', 'session.share', 'reader.name', 'reader.failed_tries'])
      .execute();
    expect(rows).toEqual([{ id: 'r', arm: 'unassisted', share: 1, name: 'Ada', failed_tries: 0 }]);
    const arms = await database.read.selectFrom('assignment').select('arm').orderBy('id').execute();
    expect(arms.map(({ arm }) => arm)).toEqual(['unassisted', 'assisted']);
    // References are enforced again afterwards.
    const orphan = {
      id: 'a3',
      session_id: 'none',
      reader_id: 'ada',
      case_id: 'c',
      position: 2,
      arm: 'assisted' as const,
    };
    await expect(
      database.write((tx) => tx.insertInto('assignment').values(orphan).execute()),
    ).rejects.toThrow(/FOREIGN KEY/);
    await database.close();
  });

  it('jobs of an older study stay, and a bundle may be one from then on', async () => {
    const file = studyOf(4);
    const old = new Database(file);
    old.exec(`INSERT INTO job (id, kind, title, state, created_by, created_at, ended_at, result, process)
      VALUES ('j', 'import', 'Scans', 'done', 'ada', 'now', 'then', '{"cases":[]}', 'host:1:x')`);
    old.close();
    const database = openDatabase(file);
    const [job] = await database.read.selectFrom('job').selectAll().execute();
    expect(job).toMatchObject({
      id: 'j',
      kind: 'import',
      created_by: 'ada',
      ended_at: 'then',
      process: 'host:1:x',
    });
    const next = { ...job, id: 'k', kind: 'bundle' as const };
    await database.write((tx) => tx.insertInto('job').values(next).execute());
    expect(await database.read.selectFrom('instruction_picture').selectAll().execute()).toEqual([]);
    await database.close();
  });

  it('measurements stay with sealed reads when oblique planes may have some, and are guarded as before', async () => {
    const file = studyOf(8);
    const old = new Database(file);
    old.exec(`
      INSERT INTO session (id, number, name, arm, washout_days) VALUES ('one', 1, 'R1', 'unassisted', 0);
      INSERT INTO volume VALUES ('v', 'x', 'f', 'nifti', 1, 'p', NULL, '{}', '{}', '{}', 'int16', 0, 1, NULL, 1, 1, '[]', NULL, 'now', NULL, NULL);
      INSERT INTO "case" (id, name, volume_id, position, created_at) VALUES ('c', 'Case', 'v', 0, 'now');
      INSERT INTO assignment VALUES ('a', 'one', 'ada', 'c', 1, 'unassisted');
      INSERT INTO read (id, assignment_id, version, state, source, opened_at) VALUES ('r', 'a', 1, 'draft', 'concord', 'now');
      INSERT INTO annotation VALUES ('x', 'r', 'ruler', 'axial', 4, '[[0,0,0],[3,4,0]]', 5, NULL, 'now');
      INSERT INTO mask_revision VALUES ('m', 'r', 'c', 'sealed', 1, x'00', 'x', '{}', NULL, 'now');
      UPDATE read SET state = 'sealed', sealed_at = 'now', sealed_revision_id = 'm', sealed_sha256 = 'x' WHERE id = 'r';
    `);
    old.close();
    const database = openDatabase(file);
    const [kept] = await database.read.selectFrom('annotation').selectAll().execute();
    expect(kept).toMatchObject({ id: 'x', read_id: 'r', plane: 'axial', slice: 4, value: 5, oblique: null });
    const refused = (work: Parameters<typeof database.write>[0]) => expect(database.write(work)).rejects;
    const aslant = { ...kept, id: 'y', plane: 'oblique' as const, slice: null, oblique: '{}' };
    await refused((tx) => tx.insertInto('annotation').values(aslant).execute()).toThrow('takes no');
    await refused((tx) => tx.deleteFrom('annotation').execute()).toThrow('keeps its');
    await refused((tx) => tx.updateTable('annotation').set({ value: 6 }).execute()).toThrow('never change');
    await database.close();
  });

  it('reads stay with their strokes when consensus becomes a read, and are guarded as before', async () => {
    const file = studyOf(5);
    const old = new Database(file);
    old.exec(`
      INSERT INTO session (id, number, name, arm, washout_days) VALUES ('one', 1, 'R1', 'unassisted', 0);
      INSERT INTO volume VALUES ('v', 'x', 'f', 'nifti', 1, 'p', NULL, '{}', '{}', '{}', 'int16', 0, 1, NULL, 1, 1, '[]', NULL, 'now');
      INSERT INTO "case" (id, name, volume_id, position, created_at) VALUES ('c', 'Case', 'v', 0, 'now');
      INSERT INTO assignment VALUES ('a', 'one', 'ada', 'c', 1, 'unassisted');
      INSERT INTO read (id, assignment_id, version, state, source, opened_at, last_seq) VALUES ('r', 'a', 1, 'draft', 'concord', 'now', 1);
      INSERT INTO mask_patch VALUES ('r', 1, 'edit', NULL, 'brush', 1, 1, 0, x'00', 'now');
      INSERT INTO mask_revision VALUES ('m', 'r', 'c', 'sealed', 1, x'00', 'x', '{}', NULL, 'now');
      UPDATE read SET state = 'sealed', sealed_at = 'now', sealed_revision_id = 'm', sealed_sha256 = 'x' WHERE id = 'r';
    `);
    old.close();
    const database = openDatabase(file);
    const { state, last_seq, consensus_id } = await database.read
      .selectFrom('read')
      .selectAll()
      .executeTakeFirstOrThrow();
    expect({ state, last_seq, consensus_id }).toEqual({ state: 'sealed', last_seq: 1, consensus_id: null });
    const refused = (work: Parameters<typeof database.write>[0]) =>
      database.write(work).then(
        () => 'done',
        (error: Error) => error.message,
      );
    expect(await refused((tx) => tx.updateTable('read').set({ last_seq: 2 }).execute())).toMatch(
      /never changes/,
    );
    expect(await refused((tx) => tx.deleteFrom('read').execute())).toMatch(/never removed/);
    const stroke = { read_id: 'r', seq: 2, kind: 'edit' as const, target: null, tool: 'brush', label: 1 };
    const rest = { voxels: 1, milliseconds: 0, bytes: new Uint8Array(1), at: 'now' };
    expect(
      await refused((tx) =>
        tx
          .insertInto('mask_patch')
          .values({ ...stroke, ...rest })
          .execute(),
      ),
    ).toMatch(/takes no strokes/);
    await database.close();
  }, 20_000);

  it('a study whose rows belong to nothing is refused and stays as it is', () => {
    const file = studyOf(2);
    const old = new Database(file);
    old.exec(`PRAGMA foreign_keys = OFF; INSERT INTO display VALUES ('nobody', '', '{}', 'now')`);
    old.close();
    expect(() => openDatabase(file)).toThrow(expect.objectContaining({ code: 'study-damaged' }));
    const after = new Database(file);
    expect(after.pragma('user_version', { simple: true })).toBe(2);
    after.close();
  });
});
