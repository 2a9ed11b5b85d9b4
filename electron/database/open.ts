// Opens and creates study databases. Everything that only SQLite has stays in this folder.
import Database from 'better-sqlite3';
import {
  CompiledQuery,
  Kysely,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Transaction,
} from 'kysely';
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Problem } from '../contract/problem.ts';
import { MIGRATIONS, migrate, requireStudy } from './migrations/index.ts';
import type { Tables } from './tables.ts';

/** A handle that can only ask. Stores take this where they do not write. */
export type Readable = Pick<Kysely<Tables>, 'selectFrom' | 'fn'>;
/** A handle inside a transaction: the only kind that stores write through. */
export type Writable = Transaction<Tables>;

export interface StudyDatabase {
  readonly read: Readable;
  /** Runs `work` in one immediate transaction: all of it is on disk when the promise resolves, or none of it. */
  write<T>(work: (transaction: Writable) => Promise<T>): Promise<T>;
  /** `PRAGMA integrity_check`; `[]` when the file is sound. */
  integrityFaults(): string[];
  /** Writes the whole study as one new file, as it is at this moment. Throws as `write` does. */
  copyTo(file: string): void;
  close(): Promise<void>;
}

/** Creates `file` with all tables. Throws Problem `study-exists`. */
export function createDatabase(file: string): StudyDatabase {
  if (existsSync(file)) {
    throw new Problem('study-exists', `${file} exists already; nothing was changed. Choose another name.`, {
      status: 409,
    });
  }
  return connect(file, true);
}

/**
 * Opens an existing study database and brings it up to date. Throws Problem `study-not-found`, `study-read-only`,
 * `study-newer` (made by a newer Concord), `study-damaged`.
 */
export function openDatabase(file: string): StudyDatabase {
  if (!existsSync(file)) {
    throw new Problem('study-not-found', `${file} is not there. Choose a folder that ends in .concord.`, {
      status: 404,
    });
  }
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    accessSync(dirname(file), constants.W_OK);
  } catch (cause) {
    throw new Problem(
      'study-read-only',
      `${dirname(file)} cannot be written to, and a study records every step. Copy it to a folder you may change, or mend its permissions.`,
      { status: 403, cause },
    );
  }
  return connect(file, false);
}

/** Transactions as a study needs them; the rest is Kysely's. */
class StudyDriver extends SqliteDriver {
  private readonly sqlite: Database.Database;

  constructor(sqlite: Database.Database) {
    super({ database: sqlite });
    this.sqlite = sqlite;
  }
  /** Immediate: a second process waits here, instead of failing when it turns from reading to writing. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
  /** SQLite has rolled back by itself when the disk is full; rolling back again would hide that reason. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.sqlite.inTransaction) await super.rollbackTransaction(connection);
  }
}

class StudyDialect extends SqliteDialect {
  private readonly sqlite: Database.Database;

  constructor(sqlite: Database.Database) {
    super({ database: sqlite });
    this.sqlite = sqlite;
  }
  override createDriver(): SqliteDriver {
    return new StudyDriver(this.sqlite);
  }
}

function connect(file: string, isNew: boolean): StudyDatabase {
  let sqlite: Database.Database;
  try {
    sqlite = new Database(file, { timeout: 5000 });
  } catch (cause) {
    throw explainSqlite(cause, file);
  }
  try {
    // Before anything is set: turning on the journal writes into the file, and a file that is not ours stays as it is.
    if (!isNew) requireStudy(sqlite, file);
    // FULL: a commit is on the disk before it is acknowledged, power cut included.
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    sqlite.pragma('cache_size = -16384');
    migrate(sqlite, isNew);
  } catch (cause) {
    sqlite.close();
    throw cause instanceof Problem ? cause : explainSqlite(cause, file);
  }
  const kysely = new Kysely<Tables>({ dialect: new StudyDialect(sqlite) });
  return {
    read: kysely,
    async write(work) {
      try {
        return await kysely.transaction().execute(work);
      } catch (cause) {
        throw explainSqlite(cause, file);
      }
    },
    integrityFaults() {
      const rows = sqlite.pragma('integrity_check') as { integrity_check: string }[];
      return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok');
    },
    copyTo(target) {
      try {
        sqlite.prepare('VACUUM INTO ?').run(target);
      } catch (cause) {
        throw explainSqlite(cause, target);
      }
    },
    async close() {
      await kysely.destroy();
    },
  };
}

/** Turns SQLite's codes into sentences; anything else passes through unchanged. */
export function explainSqlite(cause: unknown, file: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const say = (problem: string, detail: string, status: number) =>
    new Problem(problem, detail, { status, cause });
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') {
    return say(
      'disk-full',
      `The disk that holds ${file} is full. Nothing was stored; free some space and try again.`,
      507,
    );
  }
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT') {
    return say(
      'study-damaged',
      `${file} is not a Concord study or is damaged. Nothing was changed; restore it from a copy.`,
      422,
    );
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'SQLITE_CANTOPEN') {
    return say(
      'study-read-only',
      `${file} cannot be written to. Copy the study to a folder you may change.`,
      403,
    );
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return say(
      'study-busy',
      `${file} is being written by another program. Close it there and try again.`,
      409,
    );
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return say(
      'disk-failed',
      `The disk that holds ${file} reported an error. Nothing was stored; check the disk.`,
      507,
    );
  }
  return cause;
}

export const LATEST_MIGRATION = MIGRATIONS[MIGRATIONS.length - 1].number;
