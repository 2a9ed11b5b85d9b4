// The gate before the study: readers who have not passed the qualification cases meet no other case.
import type { Qualification } from '../../contract/design.ts';
import type { Readable } from '../../database/open.ts';
import type { Gate } from './blinding.ts';
import { storedDesign } from './design.ts';

/** The gate of every reader; asked once for a whole board. */
export async function gates(db: Readable): Promise<(personId: string) => Gate> {
  const { qualification } = await storedDesign(db);
  if (!qualification) return () => null;
  const assigned = await db
    .selectFrom('assignment')
    .innerJoin('session', 'session.id', 'assignment.session_id')
    .leftJoin('read', (join) =>
      join.onRef('read.assignment_id', '=', 'assignment.id').on('read.state', '=', 'sealed'),
    )
    .leftJoin('qualification_result', 'qualification_result.read_id', 'read.id')
    .where('session.number', '=', 0)
    .select(['assignment.reader_id as personId', 'qualification_result.passed'])
    .execute();
  const counts = new Map<string, { cases: number; passed: number }>();
  for (const { personId, passed } of assigned) {
    const count = counts.get(personId) ?? { cases: 0, passed: 0 };
    counts.set(personId, { cases: count.cases + 1, passed: count.passed + (passed === 1 ? 1 : 0) });
  }
  return (personId) => reason(qualification, counts.get(personId) ?? { cases: 0, passed: 0 });
}

export async function gateOf(db: Readable, personId: string): Promise<Gate> {
  return (await gates(db))(personId);
}

function reason(qualification: Qualification, count: { cases: number; passed: number }): Gate {
  if (count.cases === 0) return 'Opens when the qualification cases are in and you have passed them.';
  const needed = Math.min(qualification.cases ?? count.cases, count.cases);
  if (count.passed >= needed) return null;
  return `Opens when you have passed ${needed} qualification ${needed === 1 ? 'case' : 'cases'} (Dice ${qualification.passMark} or more); ${count.passed} passed so far.`;
}
