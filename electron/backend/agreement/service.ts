// Agreement: pins the sealed revisions, has workers compare them pair by pair, keeps every number with its inputs.
import type { Agreement, AgreementRow } from '../../contract/agreement.ts';
import type { Job } from '../../contract/jobs.ts';
import type { Person } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import { appendAudit } from '../../database/audit.ts';
import {
  comparePair,
  DEFINITIONS,
  listPairs,
  METRIC_VERSION,
  summarise,
  type Pair,
} from '../../workers/agreement-client.ts';
import type { OpenStudy } from '../context.ts';
import { newId } from '../identity.ts';
import type { JobService } from '../jobs/service.ts';
import type { MaskService } from '../masks/service.ts';
import { insertRun, latestRun, sealedReads, unfinished, type RunInputs, type SealedRead } from './store.ts';

export { sealedReads, type SealedRead } from './store.ts';

export interface AgreementService {
  /** The latest stored run with its summary, and whether it still holds. */
  latest(study: OpenStudy): Promise<Agreement>;
  /** Computes all pairs in the background. Throws Problem `nothing-to-compare` when no two sealed reads belong together. */
  start(study: OpenStudy, person: Person | null): Promise<Job>;
}

export function createAgreementService(needs: { jobs: JobService; masks: MaskService }): AgreementService {
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
    return needs.jobs.start(study, spec, async ({ signal, progress }) => {
      const structures = await structuresOf(study);
      const rows: AgreementRow[] = [];
      for (const [index, pair] of pairs.entries()) {
        signal.throwIfAborted();
        progress(`Pair ${index + 1} of ${pairs.length}`, index / pairs.length);
        rows.push(...(await compare(study, pair, structures, signal)));
      }
      const run = {
        id: newId(),
        metricVersion: METRIC_VERSION,
        inputs: await inputsOf(study, reads),
        exclusions: await exclusionsOf(study, reads, pairs),
        computedAt: new Date(study.now()).toISOString(),
      };
      await study.database.write(async (tx) => {
        await insertRun(tx, run, rows);
        await appendAudit(
          tx,
          {
            actor: person?.name ?? 'command line',
            action: 'agreement.computed',
            subject: run.id,
            details: { pairs: pairs.length, reads: reads.length, metricVersion: METRIC_VERSION },
          },
          run.computedAt,
        );
      });
      study.events.publish({ type: 'agreement' }, { personId: '' });
      return { result: { runId: run.id, pairs: pairs.length }, notes: run.exclusions };
    });
  }

  async function compare(
    study: OpenStudy,
    pair: Pair<SealedRead>,
    structures: { label: number; name: string }[],
    signal: AbortSignal,
  ): Promise<AgreementRow[]> {
    const [a, b] = await Promise.all([
      needs.masks.revisionBytes(study, pair.a.revisionId),
      needs.masks.revisionBytes(study, pair.b.revisionId),
    ]);
    const metrics = await comparePair(
      { grid: pair.a.grid, a, b, labels: structures.map((s) => s.label) },
      signal,
    );
    return metrics.map((metric) => ({
      comparison: pair.comparison,
      caseId: pair.a.caseId,
      caseName: pair.a.caseName,
      structureLabel: metric.label,
      structureName: structures.find((s) => s.label === metric.label)?.name ?? `Label ${metric.label}`,
      a: sideOf(pair.a),
      b: sideOf(pair.b),
      metrics: metric,
    }));
  }

  return {
    start,
    async latest(study) {
      const stored = await latestRun(study.database.read);
      const definitions = DEFINITIONS;
      if (!stored) return { run: null, stale: false, staleBecause: null, rows: [], summary: [], definitions };
      const { run, rows } = stored;
      const staleBecause = await whyStale(study, run.inputs, run.metricVersion);
      return {
        run: {
          id: run.id,
          computedAt: run.computedAt,
          metricVersion: run.metricVersion,
          pairs: new Set(rows.map((row) => `${row.comparison}/${row.a.revisionId}/${row.b.revisionId}`)).size,
          sealedReads: run.inputs.readsSealed,
          exclusions: run.exclusions,
        },
        stale: staleBecause !== null,
        staleBecause,
        rows,
        summary: summarise(rows),
        definitions,
      };
    },
  };
}

/** AI baselines enter as a side of their own: the mask the reader was given, against what the reader made of it. */
type Side = SealedRead;

function pairsOf(reads: readonly SealedRead[]): Pair<Side>[] {
  return listPairs<Side>(reads, (read) =>
    read.baselineRevisionId
      ? { ...read, revisionId: read.baselineRevisionId, personId: '', personName: 'AI' }
      : null,
  );
}

function sideOf(read: Side): AgreementRow['a'] {
  return {
    readId: read.readId,
    revisionId: read.revisionId,
    personId: read.personId || null,
    name: read.personName,
    round: read.round,
    arm: read.arm,
  };
}

async function structuresOf(study: OpenStudy): Promise<{ label: number; name: string }[]> {
  return study.database.read.selectFrom('structure').select(['label', 'name']).orderBy('position').execute();
}

async function inputsOf(study: OpenStudy, reads: readonly SealedRead[]): Promise<RunInputs> {
  return {
    revisions: reads.map((read) => read.revisionId).sort(),
    structures: await structuresOf(study),
    readsSealed: reads.length,
  };
}

/** What the numbers leave out, in sentences with counts. */
async function exclusionsOf(study: OpenStudy, reads: SealedRead[], pairs: Pair<Side>[]): Promise<string[]> {
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
  const present = (await sealedReads(study.database.read)).map((read) => read.revisionId).sort();
  const before = new Set(inputs.revisions);
  const now = new Set(present);
  const added = present.filter((id) => !before.has(id)).length;
  const gone = inputs.revisions.filter((id) => !now.has(id)).length;
  const parts: string[] = [];
  if (added > 0) parts.push(`${added} ${added === 1 ? 'read was' : 'reads were'} sealed`);
  if (gone > 0) parts.push(`${gone} ${gone === 1 ? 'read was' : 'reads were'} reopened`);
  return parts.length > 0 ? `Since then ${parts.join(' and ')}.` : null;
}
