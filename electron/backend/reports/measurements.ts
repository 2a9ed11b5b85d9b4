// The measurements that the report and the tables show: those of sealed reads, as they were sealed.
import type { RegionStatistics } from '../../contract/annotations.ts';
import type { Readable } from '../../database/open.ts';
import type { ReportMeasurement } from '../../workers/agreement-client.ts';

/**
 * By case, reader and round, in the order drawn; mm, degrees, mm² and LPS mm. Drafts, superseded versions and
 * qualification reads are left out, as they are of the agreement.
 */
export async function sealedMeasurements(db: Readable): Promise<ReportMeasurement[]> {
  const rows = await db
    .selectFrom('annotation')
    .innerJoin('read', 'read.id', 'annotation.read_id')
    .innerJoin('assignment', 'assignment.id', 'read.assignment_id')
    .innerJoin('session', 'session.id', 'assignment.session_id')
    .innerJoin('reader', 'reader.id', 'assignment.reader_id')
    .innerJoin('case', 'case.id', 'assignment.case_id')
    .where('read.state', '=', 'sealed')
    .where('session.number', '>', 0)
    .select(['case.name as caseName', 'reader.name as reader', 'session.number as round', 'assignment.arm'])
    .select(['annotation.kind', 'annotation.value', 'annotation.plane', 'annotation.slice'])
    .select(['annotation.points', 'annotation.statistics'])
    .orderBy('case.position')
    .orderBy('case.id')
    .orderBy('reader.position')
    .orderBy('session.number')
    .orderBy('annotation.at')
    .orderBy('annotation.id')
    .execute();
  return rows.map(({ points, statistics, ...row }) => ({
    ...row,
    points: JSON.parse(points) as number[][],
    statistics: statistics === null ? null : (JSON.parse(statistics) as RegionStatistics),
  }));
}
