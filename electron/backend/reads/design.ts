// The design as the study keeps it.
import { StoredDesignSchema, type StoredDesign } from '../../contract/design.ts';
import { Problem } from '../../contract/problem.ts';
import type { Readable } from '../../database/open.ts';

/** Throws Problem `study-damaged` when it cannot be understood: guessing could unblind a reader. */
export async function storedDesign(db: Readable): Promise<StoredDesign> {
  const { design } = await db.selectFrom('study').select('design').executeTakeFirstOrThrow();
  let parsed;
  try {
    parsed = StoredDesignSchema.safeParse(JSON.parse(design));
  } catch {
    parsed = null;
  }
  if (parsed?.success) return parsed.data;
  throw new Problem(
    'study-damaged',
    'The design of this study cannot be understood, so nothing is given out to read. Restore the study from a copy.',
    { status: 422 },
  );
}
