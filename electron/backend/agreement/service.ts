// Agreement: pins the sealed revisions, has workers compare them pair by pair, keeps every number with its inputs.
import type { Agreement, AgreementQuery, AgreementRow } from '../../contract/agreement.ts';
import type { Job } from '../../contract/jobs.ts';
import type { Person } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import { appendAudit } from '../../database/audit.ts';
import {
  analyseRows,
  choicesOf,
  chooseRows,
  DEFINITIONS,
  METRIC_VERSION,
  type Pair,
  type StudyAnalysis,
} from '../../workers/agreement-client.ts';
import type { OpenStudy } from '../context.ts';
import { newId } from '../identity.ts';
import type { JobService } from '../jobs/service.ts';
import { pairsOf } from './pairs.ts';
import { rowsOf } from './rows.ts';
import { comparePairs } from './run.ts';
import {
  insertRun,
  latestRun,
  sealedReads,
  sealedRevisions,
  unfinished,
  type RunInputs,
  type RunRead,
  type SealedRead,
  type StoredRun,
} from './store.ts';

export { sealedReads, type SealedRead } from './store.ts';

/** Of every interval: the same digits wherever they are printed. */
export const BOOTSTRAP = { replicates: 2000, seed: 1 } as const;
const FIGURES_KEPT = 12;

export interface AgreementService {
  /** The latest stored run with every figure of what the query lets through, and whether it still holds. */
  latest(study: OpenStudy, query?: AgreementQuery): Promise<Agreement>;
  /**
   * Computes the pairs that are missing in the background, and stores them as they come. Throws Problem
   * `nothing-to-compare` when no two sealed reads belong together.
   */
  start(study: OpenStudy, person: Person | null): Promise<Job>;
}

export function createAgreementService(needs: { jobs: JobService }): AgreementService {
  /** Rows of the run asked for last: a page asks again and again. */
  let lately: { runId: string; rows: Promise<AgreementRow[]> } | null = null;

  function rowsOnce(study: OpenStudy, run: StoredRun): Promise<AgreementRow[]> {
    if (lately?.runId !== run.id) lately = { runId: run.id, rows: rowsOf(study.database.read, run) };
    lately.rows.catch(() => (lately = null));
    return lately.rows;
  }

  /** Figures of the last few narrowings of a run: going back and forth between filters costs nothing. */
  const figured = new Map<string, Promise<StudyAnalysis>>();

  async function narrowed(runId: string, all: readonly AgreementRow[], query: AgreementQuery) {
    const { comparison, rows: most, withAi, ...filter } = query;
    const chosen = chooseRows(all, { ...filter, withAi: withAi === 'yes' });
    const key = `${runId} ${JSON.stringify({ ...filter, withAi })}`;
    const figures = figured.get(key) ?? analyseRows(chosen, BOOTSTRAP);
    figured.delete(key);
    figured.set(key, figures);
    if (figured.size > FIGURES_KEPT) figured.delete(figured.keys().next().value!);
    figures.catch(() => figured.delete(key));
    const ofKind = comparison ? chosen.filter((row) => row.comparison === comparison) : chosen;
    return { figures: await figures, rows: spread(ofKind, most), rowCount: ofKind.length };
  }

  async function start(study: OpenStudy, person: Person | null): Promise<Job> {
    const reads = await sealedReads(study.database.read);
    const pairs = pairsOf(reads);
    if (pairs.length === 0) {
      throw new Problem(
        'nothing-to-compare',
        `${reads.length === 0 ? 'No read is sealed yet' : 'No two sealed reads belong together yet'}. Agreement needs two readers of one case in the same round, or two rounds of one reader.`,
        { status: 409 },
      );
    }
    const spec = {
      kind: 'agreement' as const,
      title: `Agreement of ${reads.length} sealed reads`,
      createdBy: person,
    };
    return needs.jobs.start(study, spec, async (control) => {
      const structures = await structuresOf(study);
      const labels = structures.map(({ label }) => label);
      const compared = await comparePairs(study, pairs, labels, METRIC_VERSION, control);
      const run: StoredRun = {
        id: newId(),
        metricVersion: METRIC_VERSION,
        inputs: inputsOf(structures, reads),
        exclusions: [...(await exclusionsOf(study, reads, pairs)), ...compared.faults],
        computedAt: new Date(study.now()).toISOString(),
      };
      await study.database.write(async (tx) => {
        await insertRun(tx, run);
        const details = { pairs: pairs.length, reads: reads.length, metricVersion: METRIC_VERSION };
        await appendAudit(
          tx,
          {
            actor: person?.name ?? 'command line',
            action: 'agreement.computed',
            subject: run.id,
            details: { ...details, compared: compared.computed },
          },
          run.computedAt,
        );
      });
      study.events.publish({ type: 'agreement' }, { personId: '' });
      const result = { runId: run.id, pairs: pairs.length, computed: compared.computed };
      return { result, notes: run.exclusions };
    });
  }

  return {
    start,
    async latest(study, query = {}) {
      const run = await latestRun(study.database.read);
      const all = run ? await rowsOnce(study, run) : [];
      const { figures, rows, rowCount } = await narrowed(run?.id ?? '', all, query);
      const staleBecause = run ? await whyStale(study, run.inputs, run.metricVersion) : null;
      return {
        run: run && {
          id: run.id,
          computedAt: run.computedAt,
          metricVersion: run.metricVersion,
          pairs: new Set(all.map((row) => `${row.comparison}/${row.a.revisionId}/${row.b.revisionId}`)).size,
          sealedReads: run.inputs.readsSealed,
          exclusions: run.exclusions,
        },
        stale: staleBecause !== null,
        staleBecause,
        rows,
        rowCount,
        summary: figures.lines,
        reads: figures.reads as Agreement['reads'],
        reliability: figures.reliability,
        variance: figures.variance,
        bootstrap: BOOTSTRAP,
        choices: choicesOf(all),
        definitions: DEFINITIONS,
      };
    },
  };
}

/** At most `most` of the rows, evenly from all of them, in their order. */
function spread(rows: readonly AgreementRow[], most = Infinity): AgreementRow[] {
  if (rows.length <= most) return [...rows];
  return Array.from({ length: most }, (_, n) => rows[Math.floor((n * rows.length) / most)]);
}

async function structuresOf(study: OpenStudy): Promise<{ label: number; name: string }[]> {
  return study.database.read.selectFrom('structure').select(['label', 'name']).orderBy('position').execute();
}

function inputsOf(structures: RunInputs['structures'], reads: readonly SealedRead[]): RunInputs {
  return {
    revisions: reads.map((read) => read.revisionId).sort(),
    structures,
    readsSealed: reads.length,
    reads: reads.map(({ grid: _grid, counts: _counts, ...read }): RunRead => read),
  };
}

/** What the numbers leave out, in sentences with counts. */
async function exclusionsOf(
  study: OpenStudy,
  reads: SealedRead[],
  pairs: Pair<SealedRead>[],
): Promise<string[]> {
  const { drafts, notStarted } = await unfinished(study.database.read);
  const sentences: string[] = [];
  if (drafts > 0)
    sentences.push(
      `${drafts} ${drafts === 1 ? 'read is a draft and was' : 'reads are drafts and were'} left out.`,
    );
  if (notStarted > 0) {
    sentences.push(
      `${notStarted} assigned ${notStarted === 1 ? 'read has' : 'reads have'} not been started.`,
    );
  }
  const used = new Set(pairs.filter((p) => p.comparison !== 'ai').flatMap((p) => [p.a.readId, p.b.readId]));
  const alone = reads.filter((read) => !used.has(read.readId)).length;
  if (alone > 0)
    sentences.push(`${alone} sealed ${alone === 1 ? 'read has' : 'reads have'} no counterpart yet.`);
  return sentences;
}

async function whyStale(study: OpenStudy, inputs: RunInputs, version: string): Promise<string | null> {
  if (version !== METRIC_VERSION) return 'The definitions of the metrics have changed since.';
  const present = await sealedRevisions(study.database.read);
  const before = new Set(inputs.revisions);
  const now = new Set(present);
  const added = present.filter((id) => !before.has(id)).length;
  const gone = inputs.revisions.filter((id) => !now.has(id)).length;
  const parts: string[] = [];
  if (added > 0) parts.push(`${added} ${added === 1 ? 'read was' : 'reads were'} sealed`);
  if (gone > 0) parts.push(`${gone} ${gone === 1 ? 'read was' : 'reads were'} reopened`);
  return parts.length > 0 ? `Since then ${parts.join(' and ')}.` : null;
}
