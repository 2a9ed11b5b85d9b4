// Drift: individuals charts of volume and Dice over the order in which a reader sealed.
import type { Chart, Drift } from '../../contract/activity.ts';
import type { Agreement } from '../../contract/agreement.ts';
import { voxelVolumeMl } from '../../contract/geometry.ts';
import type { SealedRead } from '../agreement/service.ts';

/** Of an individuals chart: 3 / 1.128 mean moving ranges (Montgomery, Introduction to Statistical Quality Control). */
const LIMIT = 2.66;

interface ChartPoint {
  readId: string;
  caseId: string;
  round: number;
  sealedAt: string;
  value: number;
}

/** Dice of reads with the sealed consensus of their case, by `readId/label`. */
export type ConsensusDice = ReadonlyMap<string, number>;

/** A chart of values in the order of sealing; points outside the limits are marked. */
export function chartOf(points: readonly ChartPoint[]): Chart {
  const sorted = points.toSorted((a, b) => a.sealedAt.localeCompare(b.sealedAt));
  if (sorted.length < 2) {
    return {
      points: sorted.map((point) => ({ ...point, outside: false })),
      centre: null,
      lower: null,
      upper: null,
    };
  }
  const centre = sorted.reduce((sum, point) => sum + point.value, 0) / sorted.length;
  let ranges = 0;
  for (let n = 1; n < sorted.length; n++) ranges += Math.abs(sorted[n].value - sorted[n - 1].value);
  const reach = (LIMIT * ranges) / (sorted.length - 1);
  const [lower, upper] = [centre - reach, centre + reach];
  const isOutside = (value: number) => value < lower || value > upper;
  return {
    points: sorted.map((point) => ({ ...point, outside: isOutside(point.value) })),
    centre,
    lower,
    upper,
  };
}

export function driftOf(
  reads: readonly SealedRead[],
  labels: readonly number[],
  { run, stale, rows }: Pick<Agreement, 'run' | 'stale' | 'rows'>,
  consensus: ConsensusDice,
): Drift {
  const drawn = reads.filter((read) => read.source === 'concord');
  const peers = Map.groupBy(reads, (read) => `${read.caseId}/${read.round}`);
  const dice = diceByRead(rows);
  const notes = run === null ? ['Agreement was not computed yet: no Dice over time.'] : [];
  if (stale) notes.push('Dice over time is of the latest agreement run, which is out of date.');
  if (consensus.size === 0) notes.push('No consensus is sealed yet: no Dice with the consensus.');
  const readers = [...Map.groupBy(drawn, (read) => read.personId)].map(([personId, theirs]) => ({
    personId,
    structures: labels.map((label) => ({
      label,
      volume: chartOf(theirs.flatMap((read) => relativeVolume(read, peers, label))),
      dice: chartOf(theirs.flatMap((read) => pointOf(read, dice.get(`${read.readId}/${label}`)))),
      consensus: chartOf(theirs.flatMap((read) => pointOf(read, consensus.get(`${read.readId}/${label}`)))),
    })),
  }));
  return { readers, notes };
}

/** Of one reader alone a volume has nothing to be compared with. */
function relativeVolume(read: SealedRead, peers: Map<string, SealedRead[]>, label: number) {
  const group = peers.get(`${read.caseId}/${read.round}`) ?? [];
  const volumeOf = (one: SealedRead) => (one.counts[label] ?? 0) * voxelVolumeMl(one.grid);
  const mean = group.reduce((sum, one) => sum + volumeOf(one), 0) / group.length;
  if (group.length < 2 || mean === 0) return [];
  return pointOf(read, volumeOf(read) / mean);
}

function pointOf({ readId, caseId, round, sealedAt }: SealedRead, value: number | undefined): ChartPoint[] {
  return value === undefined ? [] : [{ readId, caseId, round, sealedAt, value }];
}

function diceByRead(rows: Agreement['rows']): Map<string, number> {
  const all = new Map<string, number[]>();
  for (const { comparison, structureLabel, a, b, metrics } of rows) {
    if (comparison !== 'inter' || metrics.dice === null) continue;
    for (const { readId } of [a, b]) {
      const key = `${readId}/${structureLabel}`;
      const list = all.get(key) ?? [];
      list.push(metrics.dice);
      all.set(key, list);
    }
  }
  return new Map([...all].map(([key, list]) => [key, list.reduce((sum, one) => sum + one, 0) / list.length]));
}
