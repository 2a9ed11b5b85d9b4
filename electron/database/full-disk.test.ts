// A full disk, played by a limit on the file's pages: the reason must come through, and nothing may be half stored.
import { sql, type Kysely } from 'kysely';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { appendAudit } from './audit.ts';
import { createDatabase } from './open.ts';
import type { Tables } from './tables.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-full-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a full disk is named as such, and the study goes on once there is room', async () => {
  const database = createDatabase(join(folder, 'study.sqlite'));
  const limit = (pages: number) =>
    sql.raw(`PRAGMA max_page_count = ${pages}`).execute(database.read as unknown as Kysely<Tables>);
  const store = (length: number) =>
    database.write(async (tx) => {
      await appendAudit(tx, { actor: 'A', action: 'first.half', subject: 's' });
      const details = { text: 'x'.repeat(length) };
      await appendAudit(tx, { actor: 'A', action: 'second.half', subject: 's', details });
    });
  await store(10);
  await limit(1); // SQLite takes the present size for the least
  await expect(store(1_000_000)).rejects.toMatchObject({ code: 'disk-full', status: 507 });
  await limit(1_000_000);
  await store(1_000_000);
  const rows = await database.read.selectFrom('audit_event').select('seq').orderBy('seq').execute();
  expect(rows.map((row) => row.seq)).toEqual([1, 2, 3, 4]);
  expect(database.integrityFaults()).toEqual([]);
  await database.close();
});
