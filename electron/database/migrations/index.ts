// Numbered migrations, applied in order, each in one transaction. `PRAGMA user_version` holds the last one applied.
import type Database from 'better-sqlite3';
import { Problem } from '../../contract/problem.ts';
import { first } from './0001-first.ts';

export const MIGRATIONS = [first] as const;
/** "CCRD": marks the file as a Concord study. */
const APPLICATION_ID = 0x43435244;

/** Brings `sqlite` up to date. Throws Problem `study-newer` or `study-damaged` before anything is changed. */
export function migrate(sqlite: Database.Database, file: string, isNew: boolean): void {
  const mark = sqlite.pragma('application_id', { simple: true });
  if (!isNew && mark !== APPLICATION_ID) {
    throw new Problem(
      'study-damaged',
      `${file} is not a Concord study. Nothing was changed; choose another folder.`,
      {
        status: 422,
      },
    );
  }
  const present = Number(sqlite.pragma('user_version', { simple: true }));
  const latest = MIGRATIONS[MIGRATIONS.length - 1].number;
  if (present > latest) {
    throw new Problem(
      'study-newer',
      `${file} was made by a newer Concord (study format ${present}; this one knows ${latest}). Nothing was changed; update Concord to open it.`,
      { status: 422 },
    );
  }
  for (const migration of MIGRATIONS) {
    if (migration.number <= present) continue;
    sqlite.transaction(() => {
      sqlite.exec(migration.sql);
      sqlite.pragma(`user_version = ${migration.number}`);
      if (isNew) sqlite.pragma(`application_id = ${APPLICATION_ID}`);
    })();
  }
}
