// Migration 4: compared pairs are kept as they come, so that a run that was cut off computes only what is missing.

export const agreementPairs = {
  number: 4,
  name: 'agreement-pairs',
  sql: `
-- Two masks that never change, compared by definitions that have a version: true for every later run as well.
CREATE TABLE agreement_pair (
  a_revision_id TEXT NOT NULL REFERENCES mask_revision (id),
  b_revision_id TEXT NOT NULL REFERENCES mask_revision (id),
  structure_label INTEGER NOT NULL,
  metric_version TEXT NOT NULL,
  -- PairMetrics as JSON.
  result TEXT NOT NULL,
  PRIMARY KEY (metric_version, a_revision_id, b_revision_id, structure_label)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER agreement_pair_is_final BEFORE UPDATE ON agreement_pair
BEGIN SELECT RAISE(ABORT, 'compared pairs never change'); END;
`,
} as const;
