// Migration 5: example pictures in the instructions for readers; bundles are written and merged as jobs.

export const instructionsAndBundleJobs = {
  number: 5,
  name: 'instructions-and-bundle-jobs',
  sql: `
-- Pictures lie in pictures/ by their hash; nothing of how their files were called is kept.
CREATE TABLE instruction_picture (
  id TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  media_type TEXT NOT NULL CHECK (media_type IN ('image/png', 'image/jpeg')),
  byte_length INTEGER NOT NULL CHECK (byte_length > 0),
  width INTEGER NOT NULL CHECK (width > 0),
  height INTEGER NOT NULL CHECK (height > 0),
  caption TEXT NOT NULL,
  -- The structure that it is about; 0 is the study as a whole.
  label INTEGER NOT NULL CHECK (label BETWEEN 0 AND 255),
  at TEXT NOT NULL
) STRICT;

CREATE TABLE job_next (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('import', 'inference', 'agreement', 'bundle')),
  title TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  read_id TEXT REFERENCES read (id),
  created_by TEXT REFERENCES reader (id),
  created_at TEXT NOT NULL,
  ended_at TEXT,
  code TEXT,
  reason TEXT,
  notes TEXT,
  result TEXT,
  process TEXT
) STRICT;
INSERT INTO job_next (id, kind, title, state, read_id, created_by, created_at, ended_at, code, reason, notes, result, process)
  SELECT id, kind, title, state, read_id, created_by, created_at, ended_at, code, reason, notes, result, process FROM job;
DROP TABLE job;
ALTER TABLE job_next RENAME TO job;
`,
} as const;
