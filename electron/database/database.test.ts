// The database keeps its promises without help from any service: constraints, immutability, audit chain, refusals.
import Database from 'better-sqlite3';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendAudit, verifyAudit } from './audit.ts';
import { createDatabase, openDatabase, type StudyDatabase } from './open.ts';

let folder: string;
let file: string;
let db: StudyDatabase;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concord-database-'));
  file = join(folder, 'study.sqlite');
  db = createDatabase(file);
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true });
});

/** Changes the file behind Concord's back. */
function tamper(...statements: string[]): void {
  const raw = new Database(file);
  for (const sql of statements) raw.exec(sql);
  raw.close();
}

const threeEvents = async () => {
  for (const subject of ['a', 'b', 'c']) {
    await db.write((tx) => appendAudit(tx, { actor: 'Coordinator', action: 'thing.done', subject }));
  }
};

describe('the audit chain', () => {
  it('holds when nobody touched it', async () => {
    await threeEvents();
    expect(await verifyAudit(db.read)).toEqual({ intact: true, events: 3, firstBroken: null });
  });

  it.each([
    ['a changed event', `UPDATE audit_event SET subject = 'x' WHERE seq = 2`, 2],
    ['a removed event', 'DELETE FROM audit_event WHERE seq = 2', 2],
    ['a rewritten hash', `UPDATE audit_event SET hash = 'f' WHERE seq = 1`, 1],
  ])('shows %s', async (_what, sql, seq) => {
    await threeEvents();
    tamper('DROP TRIGGER audit_event_is_final', 'DROP TRIGGER audit_event_stays', sql);
    const verdict = await verifyAudit(db.read);
    expect(verdict.intact).toBe(false);
    expect(verdict.firstBroken?.seq).toBe(seq);
  });

  it('cannot be changed while its triggers stand', async () => {
    await threeEvents();
    expect(() => tamper(`UPDATE audit_event SET subject = 'x'`)).toThrow(/never change/);
    expect(() => tamper('DELETE FROM audit_event')).toThrow(/never removed/);
  });
});

describe('transactions', () => {
  it('keep all of a change or nothing', async () => {
    const failing = db.write(async (tx) => {
      await appendAudit(tx, { actor: 'a', action: 'b.c', subject: 'd' });
      throw new Error('half way');
    });
    await expect(failing).rejects.toThrow('half way');
    expect((await verifyAudit(db.read)).events).toBe(0);
    expect(db.integrityFaults()).toEqual([]);
  });
});

describe('opening', () => {
  it('refuses to create over an existing study', () => {
    expect(() => createDatabase(file)).toThrow(expect.objectContaining({ code: 'study-exists' }));
  });
  it('refuses a study of a newer Concord and leaves it as it is', () => {
    tamper('PRAGMA user_version = 99');
    expect(() => openDatabase(file)).toThrow(expect.objectContaining({ code: 'study-newer' }));
    const raw = new Database(file, { readonly: true });
    expect(raw.pragma('user_version', { simple: true })).toBe(99);
    raw.close();
  });
  it('refuses a database of another program, a file that is none, and one that is not there', () => {
    const other = join(folder, 'other.sqlite');
    new Database(other).exec('CREATE TABLE t (x)').close();
    expect(() => openDatabase(other)).toThrow(expect.objectContaining({ code: 'study-damaged' }));
    writeFileSync(other, 'not a database at all, but long enough to be read as one header'.repeat(40));
    expect(() => openDatabase(other)).toThrow(expect.objectContaining({ code: 'study-damaged' }));
    expect(() => openDatabase(join(folder, 'none'))).toThrow(
      expect.objectContaining({ code: 'study-not-found' }),
    );
  });
});
