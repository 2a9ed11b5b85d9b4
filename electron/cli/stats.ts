// `concord stats RATINGS.csv`: agreement of raters from a table.
import type { Command } from 'commander';
import {
  countAgreement,
  ratingAgreement,
  type RatingAgreement,
  type RatingTable,
  type Scale,
} from '../agreement/ratings/index.ts';
import { Problem } from '../contract/problem.ts';
import { bootstrap, closeBootstrap } from '../workers/bootstrap-client.ts';
import { readCsv } from './csv.ts';
import { countsInput, ratingsInput } from './stats-input.ts';
import { statsText } from './stats-text.ts';

/** Between lines of progress. */
const PROGRESS_MS = 3000;

interface StatsOptions {
  scale?: string;
  levels?: string;
  counts?: boolean;
  seed: string;
  bootstrap?: string;
  json?: boolean;
}

/** Adds `concord stats` to the command line. */
export function registerStats(program: Command): void {
  program
    .command('stats')
    .description('kappa, Fleiss, Krippendorff, Gwet, ICC, Bland–Altman and tests from a table of ratings')
    .argument('<ratings>', 'CSV: first column the subject, one column a rater, empty = missing')
    .option('--scale <name>', 'nominal, ordinal, interval or ratio; a scale has what the weaker ones have')
    .option('--levels <a,b,c>', 'every level in order, used or not; otherwise the sorted values that occur')
    .option('--counts', 'one column a category, with how many raters chose it')
    .option('--seed <N>', 'seed of the bootstrap', '1')
    .option('--bootstrap <N>', 'also give intervals from N resamples of subjects')
    .option('--json', 'print one JSON object')
    .action(async (ratings: string, options: StatsOptions) => {
      const found = await statsOf(ratings, options);
      process.stdout.write(`${options.json ? JSON.stringify(found, null, 2) : statsText(found)}\n`);
    });
}

export type StatsResult = ReturnType<typeof shape> & { bootstrap?: Awaited<ReturnType<typeof resampled>> };

/** The object that `--json` prints. Throws Problem for options and tables that do not do. */
export async function statsOf(path: string, options: Omit<StatsOptions, 'json'>): Promise<StatsResult> {
  const seed = wholeNumber('--seed', options.seed, 0, 2 ** 32 - 1);
  const replicates =
    options.bootstrap === undefined ? null : wholeNumber('--bootstrap', options.bootstrap, 100, 1_000_000);
  const csv = await readCsv(path);
  if (options.counts) {
    const { subjects, scale, levels, numbers, counts, notes } = countsInput(path, csv, options);
    if (replicates !== null) {
      throw new Problem(
        'option-not-valid',
        '--bootstrap resamples subjects with their ratings and does not go with --counts. Nothing was computed.',
      );
    }
    const found = countAgreement(counts, scale, numbers);
    return shape({ subjects, raters: [], scale, levels }, { ...found, notes: [...notes, ...found.notes] });
  }
  const input = ratingsInput(path, csv, options);
  const found = ratingAgreement(input);
  const result = shape(input, { ...found, notes: [...input.notes, ...found.notes] });
  return replicates === null ? result : { ...result, bootstrap: await resampled(input, replicates, seed) };
}

/** Intervals from resampled subjects: `intervals` has one entry a figure, named `kappa.linear:a,b`, `icc2` and so on. */
async function resampled(table: RatingTable, replicates: number, seed: number) {
  const { raters, scale, levels, places, values } = table;
  const started = performance.now();
  let said = started;
  const onProgress = (done: number) => {
    const now = performance.now();
    if (now - said < PROGRESS_MS || done === 0 || done === 1) return;
    said = now;
    const left = Math.max(1, Math.round(((now - started) * (1 - done)) / done / 1000));
    process.stderr.write(`resampling, ${Math.round(100 * done)} %, about ${left} s left\n`);
  };
  const specification = { kind: 'ratings' as const, table: { raters, scale, levels, places, values } };
  const intervals = await bootstrap(specification, { replicates, seed, onProgress }).finally(closeBootstrap);
  return { replicates, seed, clusters: 'subject', intervals };
}

interface Head {
  subjects: readonly string[];
  raters: readonly string[];
  scale: Scale;
  levels: readonly (number | string)[];
}

/** Exactly the documented keys, in their order; reasons have become notes. */
function shape({ subjects, raters, scale, levels }: Head, found: RatingAgreement) {
  return {
    subjects: subjects.length,
    raters,
    scale,
    levels,
    pairs: found.pairs.map(({ kappa, blandAltman, pearson, lin, pairedT, wilcoxon, ...pair }) => ({
      a: pair.a,
      b: pair.b,
      n: pair.n,
      kappa: {
        unweighted: pick(kappa.unweighted, ['estimate', 'se', 'ci95', 'z', 'p']),
        linear: pick(kappa.linear, ['estimate', 'se', 'ci95', 'z', 'p']),
        quadratic: pick(kappa.quadratic, ['estimate', 'se', 'ci95', 'z', 'p']),
      },
      percentAgreement: pair.percentAgreement,
      pabak: pair.pabak,
      blandAltman: pick(blandAltman, ['bias', 'sd', 'lower', 'upper', 'biasCi95', 'lowerCi95', 'upperCi95']),
      pearson: pick(pearson, ['r', 'r2', 'ci95']),
      lin: pick(lin, ['ccc', 'ci95']),
      pairedT: pick(pairedT, ['t', 'df', 'p', 'meanDifference', 'ci95']),
      wilcoxon: pick(wilcoxon, ['v', 'p', 'method']),
    })),
    fleiss: found.fleiss && {
      kappa: found.fleiss.estimate,
      z: found.fleiss.z,
      p: found.fleiss.p,
      categories: found.fleiss.categories.map(({ kappa, z }, at) => ({ level: levels[at], kappa, z })),
    },
    krippendorff: found.krippendorff,
    gwet: {
      ac1: pick(found.gwet.ac1, ['estimate', 'se', 'ci95']),
      ac2: {
        linear: pick(found.gwet.ac2.linear, ['estimate', 'se', 'ci95']),
        quadratic: pick(found.gwet.ac2.quadratic, ['estimate', 'se', 'ci95']),
      },
    },
    icc: found.icc && {
      icc1: pick(found.icc.icc1, ICC_KEYS),
      icc2: pick(found.icc.icc2, ICC_KEYS),
      icc3: pick(found.icc.icc3, ICC_KEYS),
      icc1k: pick(found.icc.icc1k, ICC_KEYS),
      icc2k: pick(found.icc.icc2k, ICC_KEYS),
      icc3k: pick(found.icc.icc3k, ICC_KEYS),
    },
    notes: found.notes,
  };
}

const ICC_KEYS = ['estimate', 'ci95', 'f', 'df1', 'df2', 'p'] as const;

/** The named fields of an object, in that order; null stays null. */
function pick<T extends object, K extends keyof T>(from: T | null, keys: readonly K[]): Pick<T, K> | null {
  return from && (Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>);
}

function wholeNumber(option: string, text: string, low: number, high: number): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : NaN;
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new Problem(
    'option-not-valid',
    `${option} takes a whole number from ${low} to ${high}, not “${text}”.`,
  );
}
