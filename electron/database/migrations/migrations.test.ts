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
});
