// Migration 9: measurements drawn on a plane at any angle, which is kept with them in the place of a slice.

export const obliqueMeasurements = {
  number: 9,
  name: 'oblique-measurements',
  sql: `
CREATE TABLE annotation_next (
  id TEXT PRIMARY KEY,
  read_id TEXT NOT NULL REFERENCES read (id),
  kind TEXT NOT NULL CHECK (kind IN ('ruler', 'angle', 'ellipse')),
  plane TEXT NOT NULL CHECK (plane IN ('axial', 'coronal', 'sagittal', 'oblique')),
  slice INTEGER CHECK (slice >= 0),
  -- JSON: patient positions, LPS mm.
  points TEXT NOT NULL,
  -- mm, degrees or mm².
  value REAL NOT NULL,
  statistics TEXT,
  at TEXT NOT NULL,
  -- JSON: how an oblique plane was turned.
  oblique TEXT,
  CHECK ((plane = 'oblique') = (slice IS NULL) AND (plane = 'oblique') = (oblique IS NOT NULL))
) STRICT;
INSERT INTO annotation_next (id, read_id, kind, plane, slice, points, value, statistics, at)
  SELECT id, read_id, kind, plane, slice, points, value, statistics, at FROM annotation;
DROP TABLE annotation;
ALTER TABLE annotation_next RENAME TO annotation;
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
