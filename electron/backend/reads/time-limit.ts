// The protocol's time for a read, where it is enforced and not only shown.
import { Problem } from '../../contract/problem.ts';
import type { Readable } from '../../database/open.ts';
import { storedDesign } from './design.ts';
import type { ReadRecord } from './store.ts';

/** The page stops drawing on time; what was under way then still arrives. */
const GRACE_SECONDS = 30;

/** Throws Problem `time-is-up` when the protocol enforces its time and the read has used it up. */
export async function requireTime(db: Readable, record: Pick<ReadRecord, 'activeSeconds'>): Promise<void> {
  // Asked with every stroke: most studies only show their time, and say so without being taken apart.
  const { design } = await db.selectFrom('study').select('design').executeTakeFirstOrThrow();
  if (!design.includes('"enforced"')) return;
  const { minutesPerRead, timeIsUp } = (await storedDesign(db)).instructions;
  if (minutesPerRead === undefined || timeIsUp !== 'enforced') return;
  if (record.activeSeconds < minutesPerRead * 60 + GRACE_SECONDS) return;
  throw new Problem(
    'time-is-up',
    `The ${minutesPerRead} minutes that the protocol gives a read are over, and it takes no more strokes. What was drawn is kept; seal the read.`,
    { status: 409 },
  );
}
