// The audit trail as people read it: filtered, with names where the trail keeps ids, and as CSV.
import type { AuditEvent, AuditFilter, AuditPage } from '../../contract/audit.ts';
import type { Readable } from '../../database/open.ts';

/** Newest first. Names are those of today; the trail itself keeps ids, which never change their meaning. */
export async function auditPage(db: Readable, filter: AuditFilter): Promise<AuditPage> {
  const names = await namesOf(db);
  const rows = await matching(db, filter)
    .select(['seq', 'at', 'actor', 'action', 'subject', 'details', 'hash'])
    .orderBy('seq', 'desc')
    .limit(filter.limit + 1)
    .execute();
  const events = rows.slice(0, filter.limit).map(({ details, ...row }): AuditEvent => {
    const parsed = JSON.parse(details) as Record<string, unknown>;
    return {
      ...row,
      details: parsed,
      subjectName: names.get(row.subject) ?? row.subject,
      names: found(parsed, names),
    };
  });
  const { count } = await matching(db, { ...filter, before: undefined })
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const distinct = async (column: 'actor' | 'action') => {
    const values = await db.selectFrom('audit_event').select(column).distinct().orderBy(column).execute();
    return values.map((value) => value[column]);
  };
  return {
    events,
    matching: Number(count),
    more: rows.length > filter.limit,
    actors: await distinct('actor'),
    actions: await distinct('action'),
  };
}

/** Every matching event, oldest first, one line each; RFC 4180, UTF-8. */
export async function auditCsv(db: Readable, filter: AuditFilter): Promise<string> {
  const names = await namesOf(db);
  const rows = await matching(db, { ...filter, before: undefined })
    .selectAll()
    .orderBy('seq')
    .execute();
  const head = ['no', 'at', 'who', 'what', 'of', 'id', 'details', 'previous_hash', 'hash'];
  const lines = rows.map((row) => [
    String(row.seq),
    row.at,
    row.actor,
    row.action,
    names.get(row.subject) ?? row.subject,
    row.subject,
    row.details,
    row.previous_hash,
    row.hash,
  ]);
  return [head, ...lines].map((line) => line.map(cell).join(',')).join('\r\n') + '\r\n';
}

/** Quoted; what a spreadsheet would take for a formula gets an apostrophe. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

function matching(db: Readable, filter: AuditFilter) {
  let query = db.selectFrom('audit_event');
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
  if (filter.action !== undefined) query = query.where('action', '=', filter.action);
  if (filter.subject !== undefined) query = query.where('subject', '=', filter.subject);
  if (filter.from !== undefined) query = query.where('at', '>=', filter.from);
  if (filter.to !== undefined) query = query.where('at', '<', filter.to);
  if (filter.before !== undefined) query = query.where('seq', '<', filter.before);
  if (filter.words !== undefined) {
    for (const word of filter.words.split(/\s+/).filter(Boolean)) {
      const like = `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`;
      query = query.where((e) =>
        e.or([
          e('actor', 'like', like),
          e('action', 'like', like),
          e('subject', 'like', like),
          e('details', 'like', like),
        ]),
      );
    }
  }
  return query;
}

/** Ids among an event's details, by the name they have. */
function found(details: Record<string, unknown>, names: ReadonlyMap<string, string>): Record<string, string> {
  const present: Record<string, string> = {};
  for (const value of Object.values(details)) {
    if (typeof value === 'string' && names.has(value)) present[value] = names.get(value)!;
  }
  return present;
}

async function namesOf(db: Readable): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const add = (rows: readonly { id: string; name: string }[]) => {
    for (const { id, name } of rows) names.set(id, name);
  };
  add(await db.selectFrom('study').select(['id', 'name']).execute());
  add(await db.selectFrom('reader').select(['id', 'name']).execute());
  add(await db.selectFrom('case').select(['id', 'name']).execute());
  add(await db.selectFrom('session').select(['id', 'name']).execute());
  add(await db.selectFrom('structure').select(['id', 'name']).execute());
  add(await db.selectFrom('model').select(['id', 'name']).execute());
  const reads = await db
    .selectFrom('assignment')
    .innerJoin('session', 'session.id', 'assignment.session_id')
    .innerJoin('reader', 'reader.id', 'assignment.reader_id')
    .innerJoin('case', 'case.id', 'assignment.case_id')
    .innerJoin('read', 'read.assignment_id', 'assignment.id')
    .select(['assignment.id', 'read.id as readId', 'read.version', 'reader.name', 'case.name as caseName'])
    .select('session.name as round')
    .execute();
  for (const { id, readId, version, name, caseName, round } of reads) {
    names.set(id, `${caseName}, ${round}, ${name}`);
    names.set(readId, `${caseName}, ${round}, ${name}${version > 1 ? `, version ${version}` : ''}`);
  }
  const agreed = await db
    .selectFrom('consensus')
    .innerJoin('case', 'case.id', 'consensus.case_id')
    .leftJoin('read', 'read.consensus_id', 'consensus.id')
    .select(['consensus.id', 'read.id as readId', 'case.name'])
    .execute();
  for (const { id, readId, name } of agreed) {
    names.set(id, `${name}, consensus`);
    if (readId !== null) names.set(readId, `${name}, consensus`);
  }
  return names;
}
