// Migration 3: what a reader study needs. Arms by assignment, shares of cases, auditors, forms, qualification,
// first drafts, consensus, and bundles for readers on other machines. Four tables are made anew for their wider checks.

const ARMS = `('assisted', 'unassisted', 'after-draft')`;

export const readerStudies = {
  number: 3,
  name: 'reader-studies',
  sql: `
-- Round 0 is the qualification. Share: how many of the cases are read in this round, 1 = all.
CREATE TABLE session_next (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE CHECK (number >= 0),
  name TEXT NOT NULL,
  arm TEXT NOT NULL CHECK (arm IN ${ARMS}),
  washout_days REAL NOT NULL CHECK (washout_days >= 0),
  share REAL NOT NULL DEFAULT 1 CHECK (share > 0 AND share <= 1)
) STRICT;
INSERT INTO session_next (id, number, name, arm, washout_days)
  SELECT id, number, name, arm, washout_days FROM session;
DROP TABLE session;
ALTER TABLE session_next RENAME TO session;

-- Wrong passphrases are counted in the file, so that restarting Concord gives no new tries.
CREATE TABLE reader_next (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  role TEXT NOT NULL CHECK (role IN ('coordinator', 'reader', 'auditor')),
  passphrase_hash TEXT NOT NULL,
  colour TEXT NOT NULL,
  position INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  failed_tries INTEGER NOT NULL DEFAULT 0,
  locked_until TEXT
) STRICT;
INSERT INTO reader_next (id, name, role, passphrase_hash, colour, position, created_at)
  SELECT id, name, role, passphrase_hash, colour, position, created_at FROM reader;
DROP TABLE reader;
ALTER TABLE reader_next RENAME TO reader;

CREATE TABLE assignment_next (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES session (id),
  reader_id TEXT NOT NULL REFERENCES reader (id),
  case_id TEXT NOT NULL REFERENCES "case" (id),
  position INTEGER NOT NULL,
  arm TEXT NOT NULL CHECK (arm IN ${ARMS}),
  UNIQUE (session_id, reader_id, case_id)
) STRICT;
INSERT INTO assignment_next (id, session_id, reader_id, case_id, position, arm)
  SELECT assignment.id, session_id, reader_id, case_id, position, session.arm
  FROM assignment JOIN session ON session.id = assignment.session_id;
DROP TABLE assignment;
ALTER TABLE assignment_next RENAME TO assignment;
CREATE INDEX assignment_reader ON assignment (reader_id);
CREATE INDEX assignment_case ON assignment (case_id);

-- The design, the qualification and what readers are told, as JSON (contract/study.ts).
ALTER TABLE study ADD COLUMN design TEXT NOT NULL DEFAULT '{}';
-- In a reader's bundle: where it comes from and how it goes back, as JSON. Null in a study.
ALTER TABLE study ADD COLUMN bundle TEXT;
-- Signs bundles: Ed25519, PKCS #8 PEM. Made with the first bundle.
ALTER TABLE study ADD COLUMN signing_key TEXT;

ALTER TABLE "case" ADD COLUMN purpose TEXT NOT NULL DEFAULT 'study' CHECK (purpose IN ('study', 'qualification'));
ALTER TABLE "case" ADD COLUMN reference_revision_id TEXT REFERENCES mask_revision (id);

ALTER TABLE read ADD COLUMN first_draft_at TEXT;
ALTER TABLE read ADD COLUMN first_draft_revision_id TEXT REFERENCES mask_revision (id);
-- When the last sign of activity came: no more seconds are counted than went by since.
ALTER TABLE read ADD COLUMN beat_at TEXT;
CREATE TRIGGER first_draft_is_final BEFORE UPDATE OF first_draft_at, first_draft_revision_id ON read
WHEN (OLD.first_draft_at IS NOT NULL OR OLD.state <> 'draft') AND (
  NEW.first_draft_at IS NOT OLD.first_draft_at OR NEW.first_draft_revision_id IS NOT OLD.first_draft_revision_id)
BEGIN SELECT RAISE(ABORT, 'a first draft never changes'); END;

-- host:pid:nonce of the process that runs a job: only a dead one leaves orphans.
ALTER TABLE job ADD COLUMN process TEXT;

CREATE INDEX audit_event_at ON audit_event (at);

-- Forms were never written to before this migration.
DROP TABLE form_answer;
DROP TABLE form_question;
CREATE TABLE form_question (
  id TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  text TEXT NOT NULL,
  scale TEXT NOT NULL CHECK (scale IN ('nominal', 'ordinal', 'interval')),
  -- JSON list of words, in order; null on an interval scale.
  levels TEXT,
  minimum REAL,
  maximum REAL,
  unit TEXT,
  scope TEXT NOT NULL CHECK (scope IN ('case', 'structure')),
  required INTEGER NOT NULL CHECK (required IN (0, 1)),
  moment TEXT NOT NULL CHECK (moment IN ('before', 'after')),
  CHECK ((scale = 'interval') = (levels IS NULL))
) STRICT;
CREATE TABLE form_answer (
  read_id TEXT NOT NULL REFERENCES read (id),
  question_id TEXT NOT NULL REFERENCES form_question (id),
  -- 0 for the case as a whole, else the structure's label.
  label INTEGER NOT NULL CHECK (label BETWEEN 0 AND 255),
  -- JSON: a level's word, or a number.
  value TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (read_id, question_id, label)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER answer_only_on_drafts BEFORE INSERT ON form_answer
WHEN (SELECT state FROM read WHERE id = NEW.read_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'a sealed read takes no answers'); END;
CREATE TRIGGER answer_changes_on_drafts BEFORE UPDATE ON form_answer
WHEN (SELECT state FROM read WHERE id = OLD.read_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'a sealed read keeps its answers'); END;
CREATE TRIGGER answer_stays_when_sealed BEFORE DELETE ON form_answer
WHEN (SELECT state FROM read WHERE id = OLD.read_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'a sealed read keeps its answers'); END;

CREATE TABLE qualification_result (
  read_id TEXT PRIMARY KEY REFERENCES read (id),
  -- The mask that was the reference then.
  reference_revision_id TEXT NOT NULL REFERENCES mask_revision (id),
  pass_mark REAL NOT NULL,
  -- JSON: Dice by label, null where it is undefined.
  dice TEXT NOT NULL,
  passed INTEGER NOT NULL CHECK (passed IN (0, 1)),
  at TEXT NOT NULL
) STRICT;
CREATE TRIGGER qualification_result_is_final BEFORE UPDATE ON qualification_result
BEGIN SELECT RAISE(ABORT, 'qualification results never change'); END;

-- A mask agreed on after the reads: made from sealed ones, which stay as they are.
CREATE TABLE consensus (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES "case" (id),
  state TEXT NOT NULL CHECK (state IN ('draft', 'sealed')),
  revision_id TEXT NOT NULL REFERENCES mask_revision (id),
  -- JSON: the sealed revisions it was made from, and every step taken.
  provenance TEXT NOT NULL,
  created_by TEXT NOT NULL REFERENCES reader (id),
  created_at TEXT NOT NULL,
  sealed_at TEXT
) STRICT;
CREATE INDEX consensus_case ON consensus (case_id);
CREATE TRIGGER sealed_consensus_is_final BEFORE UPDATE ON consensus WHEN OLD.state = 'sealed'
BEGIN SELECT RAISE(ABORT, 'a sealed consensus never changes'); END;
CREATE TRIGGER sealed_consensus_stays BEFORE DELETE ON consensus WHEN OLD.state = 'sealed'
BEGIN SELECT RAISE(ABORT, 'a sealed consensus is never removed'); END;

-- Copies handed to readers, and what came back of them.
CREATE TABLE bundle (
  id TEXT PRIMARY KEY,
  reader_id TEXT NOT NULL REFERENCES reader (id),
  made_at TEXT NOT NULL,
  made_by TEXT NOT NULL,
  -- Of the key that signs what comes back: Ed25519, SPKI PEM.
  verify_key TEXT NOT NULL,
  -- Opens what comes back: an age identity.
  return_identity TEXT NOT NULL
) STRICT;
CREATE TABLE bundle_merge (
  sha256 TEXT PRIMARY KEY,
  bundle_id TEXT NOT NULL REFERENCES bundle (id),
  merged_at TEXT NOT NULL,
  report TEXT NOT NULL
) STRICT;
`,
} as const;
