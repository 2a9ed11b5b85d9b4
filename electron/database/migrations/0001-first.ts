// Migration 1: every table of a study. Immutability is kept by triggers, so that no service can forget it.

export const first = {
  number: 1,
  name: 'first',
  sql: `
CREATE TABLE study (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  modality TEXT NOT NULL CHECK (modality IN ('CT', 'MR', 'other')),
  is_demo INTEGER NOT NULL DEFAULT 0 CHECK (is_demo IN (0, 1)),
  seed INTEGER NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE structure (
  id TEXT PRIMARY KEY,
  label INTEGER NOT NULL UNIQUE CHECK (label BETWEEN 1 AND 255),
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  colour TEXT NOT NULL,
  position INTEGER NOT NULL
) STRICT;

-- Everyone who signs in: readers, and coordinators, who see identities and results.
CREATE TABLE reader (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  role TEXT NOT NULL CHECK (role IN ('coordinator', 'reader')),
  passphrase_hash TEXT NOT NULL,
  colour TEXT NOT NULL,
  position INTEGER NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

-- A round of reading.
CREATE TABLE session (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE CHECK (number >= 1),
  name TEXT NOT NULL,
  arm TEXT NOT NULL CHECK (arm IN ('assisted', 'unassisted')),
  washout_days REAL NOT NULL CHECK (washout_days >= 0)
) STRICT;

CREATE TABLE volume (
  id TEXT PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE,
  file_name TEXT NOT NULL,
  format TEXT NOT NULL,
  byte_length INTEGER NOT NULL,
  stored_path TEXT NOT NULL,
  series TEXT,
  original_grid TEXT NOT NULL,
  reorientation TEXT NOT NULL,
  grid TEXT NOT NULL,
  voxel_type TEXT NOT NULL,
  minimum REAL NOT NULL,
  maximum REAL NOT NULL,
  modality TEXT,
  window_width REAL NOT NULL,
  window_level REAL NOT NULL,
  warnings TEXT NOT NULL,
  thumbnail BLOB,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE "case" (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  volume_id TEXT NOT NULL REFERENCES volume (id),
  position INTEGER NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE model (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  manifest TEXT NOT NULL,
  first_used_at TEXT NOT NULL
) STRICT;

CREATE TABLE assignment (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES session (id),
  reader_id TEXT NOT NULL REFERENCES reader (id),
  case_id TEXT NOT NULL REFERENCES "case" (id),
  position INTEGER NOT NULL,
  UNIQUE (session_id, reader_id, case_id)
) STRICT;

-- One version of one reader's read of one assignment. Reopening makes a new version; both are kept.
CREATE TABLE read (
  id TEXT PRIMARY KEY,
  assignment_id TEXT NOT NULL REFERENCES assignment (id),
  version INTEGER NOT NULL CHECK (version >= 1),
  state TEXT NOT NULL CHECK (state IN ('draft', 'sealed', 'superseded')),
  source TEXT NOT NULL CHECK (source IN ('concord', 'import')),
  base_revision_id TEXT REFERENCES mask_revision (id),
  last_seq INTEGER NOT NULL DEFAULT 0,
  active_seconds REAL NOT NULL DEFAULT 0,
  opened_at TEXT NOT NULL,
  sealed_at TEXT,
  sealed_revision_id TEXT REFERENCES mask_revision (id),
  sealed_sha256 TEXT,
  reopen_reason TEXT,
  lease_token TEXT,
  lease_expires_at TEXT,
  lease_process TEXT,
  UNIQUE (assignment_id, version),
  CHECK (state = 'draft' OR (sealed_at IS NOT NULL AND sealed_revision_id IS NOT NULL AND sealed_sha256 IS NOT NULL))
) STRICT;

-- A whole mask at one moment: zstd of mask bytes. Proposals, snapshots and seals never change.
CREATE TABLE mask_revision (
  id TEXT PRIMARY KEY,
  read_id TEXT REFERENCES read (id),
  case_id TEXT NOT NULL REFERENCES "case" (id),
  kind TEXT NOT NULL CHECK (kind IN ('proposal', 'snapshot', 'sealed', 'imported', 'revision')),
  -- The last patch that is in it.
  patch_seq INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  -- Of the mask bytes before compression.
  sha256 TEXT NOT NULL,
  counts TEXT NOT NULL,
  provenance TEXT,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX mask_revision_read ON mask_revision (read_id, kind, patch_seq);

-- The journal: one row a stroke or command. Undo and redo are rows of their own; an undo's bytes are its target's.
CREATE TABLE mask_patch (
  read_id TEXT NOT NULL REFERENCES read (id),
  seq INTEGER NOT NULL CHECK (seq >= 1),
  kind TEXT NOT NULL CHECK (kind IN ('edit', 'undo', 'redo')),
  target INTEGER,
  tool TEXT NOT NULL,
  label INTEGER NOT NULL,
  voxels INTEGER NOT NULL,
  milliseconds REAL NOT NULL,
  bytes BLOB,
  at TEXT NOT NULL,
  PRIMARY KEY (read_id, seq),
  FOREIGN KEY (read_id, target) REFERENCES mask_patch (read_id, seq),
  CHECK ((kind = 'edit') = (bytes IS NOT NULL)),
  CHECK ((kind = 'edit') = (target IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE form_question (
  id TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  scale TEXT NOT NULL CHECK (scale IN ('nominal', 'ordinal', 'interval')),
  text TEXT NOT NULL,
  levels TEXT,
  structure_id TEXT REFERENCES structure (id),
  required INTEGER NOT NULL CHECK (required IN (0, 1))
) STRICT;

CREATE TABLE form_answer (
  read_id TEXT NOT NULL REFERENCES read (id),
  question_id TEXT NOT NULL REFERENCES form_question (id),
  value TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (read_id, question_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('import', 'inference', 'agreement')),
  title TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  read_id TEXT REFERENCES read (id),
  created_by TEXT REFERENCES reader (id),
  created_at TEXT NOT NULL,
  ended_at TEXT,
  code TEXT,
  reason TEXT,
  notes TEXT,
  result TEXT
) STRICT;

CREATE TABLE agreement_run (
  id TEXT PRIMARY KEY,
  metric_version TEXT NOT NULL,
  -- The sealed revisions it was computed from, as JSON; staleness is judged against them.
  inputs TEXT NOT NULL,
  exclusions TEXT NOT NULL,
  computed_at TEXT NOT NULL
) STRICT;

CREATE TABLE agreement_result (
  run_id TEXT NOT NULL REFERENCES agreement_run (id),
  position INTEGER NOT NULL,
  comparison TEXT NOT NULL CHECK (comparison IN ('inter', 'intra', 'ai')),
  case_id TEXT NOT NULL REFERENCES "case" (id),
  structure_label INTEGER NOT NULL,
  a_revision_id TEXT NOT NULL REFERENCES mask_revision (id),
  b_revision_id TEXT NOT NULL REFERENCES mask_revision (id),
  -- The whole AgreementRow as JSON, so that what was computed is what is shown for ever.
  result TEXT NOT NULL,
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_event (
  seq INTEGER PRIMARY KEY CHECK (seq >= 1),
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  details TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_event_is_final BEFORE UPDATE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit events never change'); END;
CREATE TRIGGER audit_event_stays BEFORE DELETE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit events are never removed'); END;

CREATE TRIGGER mask_patch_is_final BEFORE UPDATE ON mask_patch
BEGIN SELECT RAISE(ABORT, 'strokes never change'); END;
CREATE TRIGGER mask_patch_stays BEFORE DELETE ON mask_patch
BEGIN SELECT RAISE(ABORT, 'strokes are never removed'); END;
CREATE TRIGGER mask_patch_only_on_drafts BEFORE INSERT ON mask_patch
WHEN (SELECT state FROM read WHERE id = NEW.read_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'a sealed read takes no strokes'); END;

CREATE TRIGGER mask_revision_is_final BEFORE UPDATE ON mask_revision
BEGIN SELECT RAISE(ABORT, 'mask revisions never change'); END;
-- Snapshots may be dropped, since they can be made again from the strokes.
CREATE TRIGGER mask_revision_stays BEFORE DELETE ON mask_revision WHEN OLD.kind <> 'snapshot'
BEGIN SELECT RAISE(ABORT, 'mask revisions are never removed'); END;

CREATE TRIGGER sealed_read_is_final BEFORE UPDATE ON read
WHEN OLD.state <> 'draft' AND (
  NEW.base_revision_id IS NOT OLD.base_revision_id OR NEW.last_seq <> OLD.last_seq
  OR NEW.sealed_revision_id IS NOT OLD.sealed_revision_id OR NEW.sealed_sha256 IS NOT OLD.sealed_sha256
  OR NEW.sealed_at IS NOT OLD.sealed_at OR NEW.assignment_id <> OLD.assignment_id
  OR NEW.active_seconds <> OLD.active_seconds OR NEW.state = 'draft')
BEGIN SELECT RAISE(ABORT, 'a sealed read never changes'); END;
CREATE TRIGGER read_stays BEFORE DELETE ON read
BEGIN SELECT RAISE(ABORT, 'reads are never removed'); END;
CREATE TRIGGER agreement_result_is_final BEFORE UPDATE ON agreement_result
BEGIN SELECT RAISE(ABORT, 'agreement results never change'); END;
`,
} as const;
