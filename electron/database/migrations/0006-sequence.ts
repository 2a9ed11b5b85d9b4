// Migration 6: which MR sequence a volume is, as its series or its file's name says.

export const volumeSequence = {
  number: 6,
  name: 'sequence',
  sql: `
ALTER TABLE volume ADD COLUMN sequence TEXT;
`,
};
