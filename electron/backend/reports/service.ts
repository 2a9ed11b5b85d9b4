// The report: stored agreement rows and the study around them, as one HTML file that opens anywhere.
import type { Readable } from '../../database/open.ts';
import { Problem } from '../../contract/problem.ts';
import {
  DEFAULT_SETTINGS,
  renderReport,
  type ReportFlow,
  type ReportMeasurement,
  type StudyAnalysis,
} from '../../workers/agreement-client.ts';
import type { AgreementService } from '../agreement/service.ts';
import type { OpenStudy } from '../context.ts';
import { sealedMeasurements } from './measurements.ts';

export interface ReportService {
  /** A self-contained page. Throws Problem `agreement-not-computed`. */
  html(study: OpenStudy): Promise<string>;
  /** What readers measured in sealed reads, by case, reader and round. For coordinators: it names them. */
  measurements(study: OpenStudy): Promise<ReportMeasurement[]>;
}

export function createReportService(needs: { agreement: AgreementService; version: string }): ReportService {
  return {
    measurements: (study) => sealedMeasurements(study.database.read),
    async html(study) {
      const agreement = await needs.agreement.latest(study);
      if (!agreement.run) {
        throw new Problem(
          'agreement-not-computed',
          'There is nothing to report yet: compute the agreement first.',
          {
            status: 409,
          },
        );
      }
      const db = study.database.read;
      const structures = await db
        .selectFrom('structure')
        .select(['label', 'name', 'colour'])
        .orderBy('position')
        .execute();
      const rounds = await db.selectFrom('session').selectAll().orderBy('number').execute();
      const readers = await db
        .selectFrom('reader')
        .where('role', '=', 'reader')
        .select('name')
        .orderBy('position')
        .execute();
      const cases = await db.selectFrom('case').select('id').execute();
      const { id, computedAt, metricVersion, sealedReads, exclusions } = agreement.run;
      return renderReport({
        study: {
          name: study.name,
          modality: study.modality,
          cases: cases.length,
          readers: readers.map((reader) => reader.name),
          structures,
          rounds: rounds.map(({ number, name, arm, washout_days }) => ({
            number,
            name,
            arm,
            washoutDays: washout_days,
          })),
        },
        software: `Concord ${needs.version}`,
        generatedAt: new Date().toISOString(),
        run: { id, computedAt, metricVersion, sealedReads },
        staleBecause: agreement.staleBecause,
        settings: DEFAULT_SETTINGS,
        flow: await flowOf(db),
        exclusions,
        rows: agreement.rows,
        analysis: {
          lines: agreement.summary as StudyAnalysis['lines'],
          reads: agreement.reads,
          reliability: agreement.reliability,
          variance: agreement.variance,
        },
        bootstrap: agreement.bootstrap,
        measurements: await sealedMeasurements(db),
        valueUnit: study.modality === 'CT' ? 'HU' : '',
      });
    },
  };
}

/** What became of the reads of each round; a superseded version counts as what replaced it. */
async function flowOf(db: Readable): Promise<ReportFlow[]> {
  const rows = await db
    .selectFrom('assignment')
    .innerJoin('session', 'session.id', 'assignment.session_id')
    .leftJoin('read', (join) =>
      join.onRef('read.assignment_id', '=', 'assignment.id').on('read.state', '<>', 'superseded'),
    )
    .select(['session.number', 'read.state', 'read.source'])
    .execute();
  const flow = new Map<number, ReportFlow>();
  for (const { number, state, source } of rows) {
    const round = flow.get(number) ?? { round: number, assigned: 0, drafts: 0, sealed: 0, imported: 0 };
    round.assigned++;
    if (state === 'draft') round.drafts++;
    if (state === 'sealed') round.sealed++;
    if (state === 'sealed' && source === 'import') round.imported++;
    flow.set(number, round);
  }
  return [...flow.values()].sort((a, b) => a.round - b.round);
}
