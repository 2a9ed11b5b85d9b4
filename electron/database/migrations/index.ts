// Numbered migrations, applied in order, each in one transaction. `PRAGMA user_version` holds the last one applied.
import type Database from 'better-sqlite3';
import { Problem } from '../../contract/problem.ts';
import { first } from './0001-first.ts';
import { displayAndAnnotations } from './0002-display-and-annotations.ts';
import { readerStudies } from './0003-reader-studies.ts';
import { agreementPairs } from './0004-agreement-pairs.ts';
import { instructionsAndBundleJobs } from './0005-instructions-and-bundle-jobs.ts';
import { volumeSequence } from './0006-sequence.ts';
import { consensusReads } from './0007-consensus-reads.ts';
import { linkedVolumes } from './0008-linked-volumes.ts';
import { obliqueMeasurements } from './0009-oblique-measurements.ts';

export const MIGRATIONS = [
  first,
  displayAndAnnotations,
  readerStudies,
  agreementPairs,
  instructionsAndBundleJobs,
  volumeSequence,
  consensusReads,
  linkedVolumes,
  obliqueMeasurements,
] as const;
/** "CCRD": marks the file as a Concord study. */
const APPLICATION_ID = 0x43435244;

/** Throws Problem `study-newer` or `study-damaged` where `sqlite` is no study that this Concord may touch. Only asks. */
export function requireStudy(sqlite: Database.Database, file: string): void {
  const mark = sqlite.pragma('application_id', { simple: true });
  if (mark !== APPLICATION_ID) {
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
}

/** Brings `sqlite` up to date: a new one, or one that `requireStudy` let through. */
export function migrate(sqlite: Database.Database, isNew: boolean): void {
  const present = Number(sqlite.pragma('user_version', { simple: true }));
  // A table that is made anew is dropped first, with rows of others pointing at it: checked at the end of each step.
  const enforced = sqlite.pragma('foreign_keys', { simple: true }) === 1;
  sqlite.pragma('foreign_keys = OFF');
  try {
    for (const migration of MIGRATIONS) {
      if (migration.number <= present) continue;
      sqlite.transaction(() => {
        sqlite.exec(migration.sql);
        if ((sqlite.pragma('foreign_key_check') as unknown[]).length > 0) throw brokenReferences(sqlite.name);
        sqlite.pragma(`user_version = ${migration.number}`);
        if (isNew) sqlite.pragma(`application_id = ${APPLICATION_ID}`);
      })();
    }
  } finally {
    if (enforced) sqlite.pragma('foreign_keys = ON');
  }
}

function brokenReferences(file: string): Problem {
  return new Problem(
    'study-damaged',
    `${file} holds rows that belong to nothing, so it was not brought up to date. Nothing was changed; restore it from a copy.`,
    { status: 422 },
  );
}
