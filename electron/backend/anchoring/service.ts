// Anchoring: every sealed read against its immutable AI mask. Masks never change, so each comparison is made once.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Drift } from '../../contract/activity.ts';
import type { AnchoredRead, Anchoring } from '../../contract/anchoring.ts';
import { AnchoredReadSchema } from '../../contract/anchoring.ts';
import type { Agreement } from '../../contract/agreement.ts';
import { comparePair } from '../../workers/agreement-client.ts';
import { sealedReads, type AgreementService, type SealedRead } from '../agreement/service.ts';
import type { OpenStudy } from '../context.ts';
import type { MaskService } from '../masks/service.ts';
import { driftOf } from './drift.ts';

type Structure = AnchoredRead['structures'][number];

export interface AnchoringService {
  /** The figures over all sealed reads. What is not in the cache is computed now, read by read. */
  figures(study: OpenStudy): Promise<Anchoring>;
  /** Control charts of every reader and structure over time. */
  drift(study: OpenStudy): Promise<Drift>;
}

const VERSION = 'v1';
/** Surfaces coincide voxel by voxel, or they differ. */
const EXACT = { nsdToleranceMm: 0, percentile: 95 };

export function createAnchoringService(needs: {
  masks: Pick<MaskService, 'revisionBytes'>;
  agreement: Pick<AgreementService, 'latest'>;
}): AnchoringService {
  async function structuresOf(study: OpenStudy, read: SealedRead, ai: string): Promise<Structure[]> {
    const folder = join(study.folder, 'cache', 'anchoring');
    const file = join(folder, `${VERSION}-${ai}-${read.revisionId}.json`);
    const kept = await cached(file);
    if (kept) return kept;
    const labels = await study.database.read.selectFrom('structure').select('label').execute();
    const [a, b] = await Promise.all([
      needs.masks.revisionBytes(study, ai),
      needs.masks.revisionBytes(study, read.revisionId),
    ]);
    const asked = { grid: read.grid, a, b, labels: labels.map(({ label }) => label), settings: EXACT };
    const structures = (await comparePair(asked)).map((metric): Structure => {
      const [aiVoxels, readVoxels] = [metric.reference.voxels, metric.test.voxels];
      // Dice = 2 × common / (a + b), so what is common comes back exactly.
      const common = Math.round(((metric.dice ?? 0) * (aiVoxels + readVoxels)) / 2);
      const { nsd } = metric.surface;
      return {
        label: metric.label,
        aiVoxels,
        readVoxels,
        addedVoxels: readVoxels - common,
        removedVoxels: aiVoxels - common,
        surfaceChanged: nsd === null ? (aiVoxels + readVoxels > 0 ? 1 : null) : 1 - nsd,
        dice: metric.dice,
        untouched: common === aiVoxels && common === readVoxels,
      };
    });
    await keep(folder, file, structures);
    return structures;
  }

  /** Of reads whose case has a sealed consensus. */
  async function consensusDice(study: OpenStudy, reads: readonly SealedRead[]): Promise<Map<string, number>> {
    const sealed = await study.database.read
      .selectFrom('consensus')
      .select(['case_id', 'revision_id'])
      .where('state', '=', 'sealed')
      .orderBy('sealed_at') // the last one counts
      .execute();
    const revisionOf = new Map(sealed.map((one) => [one.case_id, one.revision_id]));
    const dice = new Map<string, number>();
    for (const read of reads) {
      const revision = revisionOf.get(read.caseId);
      if (revision === undefined || read.source !== 'concord') continue;
      for (const one of await structuresOf(study, read, revision)) {
        if (one.dice !== null) dice.set(`${read.readId}/${one.label}`, one.dice);
      }
    }
    return dice;
  }

  return {
    async drift(study) {
      const db = study.database.read;
      const labels = await db.selectFrom('structure').select('label').orderBy('position').execute();
      const agreement = await needs.agreement.latest(study);
      const reads = await sealedReads(db);
      return driftOf(
        reads,
        labels.map(({ label }) => label),
        agreement,
        await consensusDice(study, reads),
      );
    },
    async figures(study) {
      const sealed = await sealedReads(study.database.read);
      const reads: AnchoredRead[] = [];
      for (const read of sealed) {
        if (read.baselineRevisionId === null) continue;
        const { readId, personId, caseId, round, arm, activeSeconds } = read;
        const structures = await structuresOf(study, read, read.baselineRevisionId);
        reads.push({ readId, personId, caseId, round, arm, activeSeconds, structures });
      }
      return { reads, ...summaryOf(sealed, reads), ...resemblance(await needs.agreement.latest(study)) };
    },
  };
}

function summaryOf(sealed: readonly SealedRead[], reads: readonly AnchoredRead[]) {
  const drawn = reads.flatMap((read) => read.structures.filter((s) => s.aiVoxels + s.readVoxels > 0));
  const timed = sealed.filter((read) => read.source === 'concord');
  const secondsIn = (arm: SealedRead['arm']) =>
    timesOf(timed.filter((read) => read.arm === arm).map((read) => read.activeSeconds));
  return {
    structures: { n: drawn.length, untouched: drawn.filter((s) => s.untouched).length },
    times: {
      assisted: secondsIn('assisted'),
      unassisted: secondsIn('unassisted'),
      'after-draft': secondsIn('after-draft'),
    },
    pairedTime: timesOf(pairedDifferences(timed)),
  };
}

/** The mean of a reader's assisted reads of a case minus the mean of their reads of it from scratch. */
function pairedDifferences(timed: readonly SealedRead[]): number[] {
  const groups = Map.groupBy(timed, (read) => `${read.personId}/${read.caseId}`);
  return [...groups.values()].flatMap((group) => {
    const mean = (arm: SealedRead['arm']) => {
      const seconds = group.filter((read) => read.arm === arm).map((read) => read.activeSeconds);
      return seconds.length === 0 ? null : seconds.reduce((sum, s) => sum + s, 0) / seconds.length;
    };
    const [assisted, scratch] = [mean('assisted'), mean('unassisted')];
    return assisted === null || scratch === null ? [] : [assisted - scratch];
  });
}

function timesOf(seconds: readonly number[]) {
  if (seconds.length === 0) return { n: 0, medianSeconds: null };
  const sorted = seconds.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return { n: seconds.length, medianSeconds: (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2 };
}

function resemblance({ run, stale, rows }: Agreement) {
  const mean = (comparison: 'ai' | 'inter') => {
    const dice = rows
      .filter((row) => row.comparison === comparison)
      .flatMap((row) => (row.metrics.dice === null ? [] : [row.metrics.dice]));
    const sum = dice.reduce((total, value) => total + value, 0);
    return { n: dice.length, meanDice: dice.length === 0 ? null : sum / dice.length };
  };
  const notes = run === null ? ['Agreement was not computed yet, so no Dice is compared.'] : [];
  if (stale) notes.push('The Dice figures are of the latest agreement run, which is out of date.');
  return { readerAi: mean('ai'), readerReader: mean('inter'), notes };
}

async function cached(file: string): Promise<Structure[] | null> {
  try {
    const parsed = AnchoredReadSchema.shape.structures.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // a cache: computed again
  }
}

async function keep(folder: string, file: string, structures: Structure[]): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(`${file}.${process.pid}`, JSON.stringify(structures));
    await rename(`${file}.${process.pid}`, file);
  } catch {
    // A full or read-only disk costs the cache, never the answer.
  }
}
