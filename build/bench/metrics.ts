// Agreement of two masks of 512×512×300, beside SciPy and plastimatch on the same voxels.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareMasks, type PairMetrics } from '../../electron/agreement/index.ts';
import { countDense } from '../../electron/agreement/count-dense.ts';
import { overlapMetrics } from '../../electron/agreement/overlap.ts';
import { writeNifti } from '../../electron/imaging/index.ts';
import { folder, material, ORGANS, readLabels, SHAPE, SPACING, type Material } from './material.ts';
import { quantile, repeat, type Bench, type Row } from './rows.ts';

const GRID = { shape: SHAPE, spacing: SPACING };

interface Scipy {
  ms: { overlap: number; surface: number };
  figures: Record<string, number>;
  versions: { numpy: string; scipy: string };
}

/** SciPy's times and figures for one label, or null where there is no SciPy. */
export function askScipy(files: Material, label: number): Scipy | null {
  const script = fileURLToPath(new URL('scipy_metrics.py', import.meta.url));
  const text = (numbers: readonly number[]) => numbers.map(String);
  for (const python of ['/usr/bin/python3', 'python3']) {
    const result = spawnSync(
      python,
      [
        script,
        files.reference,
        files.test,
        '--shape',
        ...text(SHAPE),
        '--spacing',
        ...text(SPACING),
        '--label',
        String(label),
        '--repeat',
        '3',
      ],
      { encoding: 'utf8' },
    );
    if (result.status === 0) return JSON.parse(result.stdout) as Scipy;
  }
  return null;
}

/** How much faster than its peers every figure of a pair is to be. */
const TIMES_FASTER = 3;

/** What the peers take for overlap, kappa and surface figures together, which is what one comparison here gives. */
function theirs(scipy: Scipy | null, plastimatch: number | null): { name: string; value: number }[] {
  const peers: { name: string; value: number }[] = [];
  if (scipy) {
    const { overlap, surface } = scipy.ms;
    peers.push({ name: `SciPy ${scipy.versions.scipy}, cropped KD-tree`, value: overlap + surface });
  }
  if (plastimatch !== null) peers.push({ name: 'plastimatch dice --all, a process', value: plastimatch });
  return peers;
}

/** Median milliseconds of plastimatch, reading two uncompressed files included; null where there is none. */
async function askPlastimatch(
  reference: Uint8Array,
  test: Uint8Array,
  label: number,
): Promise<number | null> {
  if (spawnSync('plastimatch', ['--version']).status !== 0) return null;
  const direction = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const grid = { ...GRID, origin: [0, 0, 0] as [number, number, number], direction };
  const paths = ['one', 'other'].map((name) => join(folder, `plastimatch-${name}.nii`));
  for (const [n, mask] of [reference, test].entries())
    await writeNifti(paths[n], { grid, labels: mask.map((value) => (value === label ? 1 : 0)) });
  const samples = await repeat(3, () => spawnSync('plastimatch', ['dice', '--all', ...paths]));
  return quantile(samples, 0.5);
}

/** A fast wrong answer is worth nothing: both must say the same. */
function mustAgree(organ: string, ours: PairMetrics, theirs: Scipy): void {
  const { surface, dice, kappa } = ours;
  const figures: Record<string, number | null> = { ...surface, dice, kappaImage: kappa.image };
  for (const [name, value] of Object.entries(theirs.figures)) {
    const mine = figures[name];
    if (mine === undefined || mine === null || Math.abs(mine - value) > 1e-6 * Math.max(1, Math.abs(value))) {
      throw new Error(`${organ}: ${name} is ${mine} here and ${value} in SciPy`);
    }
  }
}

export const metrics: Bench = {
  name: 'metrics',
  async run(say) {
    const files = await material(say);
    const [reference, test] = [readLabels(files.reference), readLabels(files.test)];
    const rows: Row[] = [];
    for (const [organ, label] of Object.entries(ORGANS)) {
      say(`metrics of the ${organ} …`);
      const scipy = askScipy(files, label);
      const ours = compareMasks(reference, test, GRID, [label])[0];
      if (scipy) mustAgree(organ, ours, scipy);
      const samples = await repeat(5, () => compareMasks(reference, test, GRID, [label]));
      const plastimatch = await askPlastimatch(reference, test, label);
      const name = scipy ? `SciPy ${scipy.versions.scipy}` : '';
      const litres = `${(ours.reference.volumeMl / 1000).toFixed(2)} L`;
      rows.push(
        {
          what: `Dice + kappa, ${organ} (${litres}), whole grid`,
          samples: await repeat(7, () =>
            overlapMetrics(label, countDense(reference, test, GRID).of(label), GRID),
          ),
          unit: 'ms',
          target: { limit: 150, of: 'median' },
          peer: scipy ? { name, value: scipy.ms.overlap } : undefined,
        },
        ...theirs(scipy, plastimatch).map(({ name: peer, value }) => ({
          what: `every figure with all Hausdorff forms, ${organ} (${litres})`,
          samples,
          unit: 'ms' as const,
          target: { limit: Math.round(value / TIMES_FASTER), of: 'median' as const },
          peer: { name: peer, value },
        })),
        {
          what: `the same of ${organ}, by itself`,
          samples,
          unit: 'ms' as const,
          target: { limit: 500, of: 'median' as const },
        },
      );
    }
    return rows;
  },
};
