// Migration 8: further volumes of a case, another phase or sequence of the same patient, and frames of reference.

export const linkedVolumes = {
  number: 8,
  name: 'linked-volumes',
  sql: `
-- DICOM's FrameOfReferenceUID: positions of two volumes correspond for sure only where it is the same.
ALTER TABLE volume ADD COLUMN frame_of_reference TEXT;
CREATE TABLE linked_volume (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES "case" (id),
  volume_id TEXT NOT NULL REFERENCES volume (id),
  -- What readers see of it: "Arterial phase".
  name TEXT NOT NULL,
  position INTEGER NOT NULL,
  warnings TEXT NOT NULL,
  created_at TEXT NOT NULL,
  UNIQUE (case_id, volume_id)
) STRICT;
`,
};
