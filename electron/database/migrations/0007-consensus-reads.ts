// Migration 7: a consensus is drawn as a read, so that strokes, undo, lease and seal are those of every read.

export const consensusReads = {
  number: 7,
  name: 'consensus-reads',
  sql: `
-- Triggers of other tables name this one: they are not to be looked at while it is away.
PRAGMA legacy_alter_table = ON;
CREATE TABLE read_next (
  id TEXT PRIMARY KEY,
  -- A reader's read has an assignment; that of an adjudicator has a consensus.
  assignment_id TEXT REFERENCES assignment (id),
  consensus_id TEXT UNIQUE REFERENCES consensus (id),
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
  first_draft_at TEXT,
  first_draft_revision_id TEXT REFERENCES mask_revision (id),
  beat_at TEXT,
  UNIQUE (assignment_id, version),
  CHECK ((assignment_id IS NULL) <> (consensus_id IS NULL)),
  CHECK (state = 'draft' OR (sealed_at IS NOT NULL AND sealed_revision_id IS NOT NULL AND sealed_sha256 IS NOT NULL))
) STRICT;
INSERT INTO read_next (id, assignment_id, version, state, source, base_revision_id, last_seq, active_seconds, opened_at,
    sealed_at, sealed_revision_id, sealed_sha256, reopen_reason, lease_token, lease_expires_at, lease_process,
    first_draft_at, first_draft_revision_id, beat_at)
  SELECT id, assignment_id, version, state, source, base_revision_id, last_seq, active_seconds, opened_at,
    sealed_at, sealed_revision_id, sealed_sha256, reopen_reason, lease_token, lease_expires_at, lease_process,
    first_draft_at, first_draft_revision_id, beat_at FROM read;
DROP TABLE read;
ALTER TABLE read_next RENAME TO read;
PRAGMA legacy_alter_table = OFF;

CREATE TRIGGER sealed_read_is_final BEFORE UPDATE ON read
WHEN OLD.state <> 'draft' AND (
  NEW.base_revision_id IS NOT OLD.base_revision_id OR NEW.last_seq <> OLD.last_seq
  OR NEW.sealed_revision_id IS NOT OLD.sealed_revision_id OR NEW.sealed_sha256 IS NOT OLD.sealed_sha256
  OR NEW.sealed_at IS NOT OLD.sealed_at OR NEW.assignment_id IS NOT OLD.assignment_id
  OR NEW.consensus_id IS NOT OLD.consensus_id
  OR NEW.active_seconds <> OLD.active_seconds OR NEW.state = 'draft')
BEGIN SELECT RAISE(ABORT, 'a sealed read never changes'); END;
CREATE TRIGGER read_stays BEFORE DELETE ON read
BEGIN SELECT RAISE(ABORT, 'reads are never removed'); END;
CREATE TRIGGER first_draft_is_final BEFORE UPDATE OF first_draft_at, first_draft_revision_id ON read
WHEN (OLD.first_draft_at IS NOT NULL OR OLD.state <> 'draft') AND (
  NEW.first_draft_at IS NOT OLD.first_draft_at OR NEW.first_draft_revision_id IS NOT OLD.first_draft_revision_id)
BEGIN SELECT RAISE(ABORT, 'a first draft never changes'); END;
`,
} as const;
