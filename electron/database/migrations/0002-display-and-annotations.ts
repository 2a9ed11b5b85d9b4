// Migration 2: a person's own display, and measurements that are sealed with their read.

export const displayAndAnnotations = {
  number: 2,
  name: 'display-and-annotations',
  sql: `
-- How a person likes to see things; nothing of it is a result. Scope: '' for the study, else the id of one read.
CREATE TABLE display (
  reader_id TEXT NOT NULL REFERENCES reader (id),
  scope TEXT NOT NULL,
  value TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (reader_id, scope)
) STRICT, WITHOUT ROWID;

CREATE TABLE annotation (
  id TEXT PRIMARY KEY,
  read_id TEXT NOT NULL REFERENCES read (id),
  kind TEXT NOT NULL CHECK (kind IN ('ruler', 'angle', 'ellipse')),
  plane TEXT NOT NULL CHECK (plane IN ('axial', 'coronal', 'sagittal')),
  slice INTEGER NOT NULL CHECK (slice >= 0),
  -- JSON: patient positions, LPS mm.
  points TEXT NOT NULL,
  -- mm, degrees or mm².
  value REAL NOT NULL,
  statistics TEXT,
  at TEXT NOT NULL
) STRICT;
CREATE INDEX annotation_read ON annotation (read_id, at);

CREATE TRIGGER annotation_only_on_drafts BEFORE INSERT ON annotation
WHEN (SELECT state FROM read WHERE id = NEW.read_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'a sealed read takes no measurements'); END;
CREATE TRIGGER annotation_is_final BEFORE UPDATE ON annotation
BEGIN SELECT RAISE(ABORT, 'measurements never change'); END;
CREATE TRIGGER annotation_stays_when_sealed BEFORE DELETE ON annotation
WHEN (SELECT state FROM read WHERE id = OLD.read_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'a sealed read keeps its measurements'); END;
`,
} as const;
