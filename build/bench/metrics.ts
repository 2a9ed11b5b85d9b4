// Agreement of two masks of 512×512×300, beside SciPy on the same voxels.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compareMasks, type PairMetrics } from '../../electron/agreement/index.ts';
import { countDense } from '../../electron/agreement/count-dense.ts';
import { overlapMetrics } from '../../electron/agreement/overlap.ts';
import { material, ORGANS, readLabels, SHAPE, SPACING, type Material } from './material.ts';
import { repeat, type Bench, type Row } from './rows.ts';

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
        {
          what: `every figure with HD95, ${organ} (${litres})`,
          samples: await repeat(5, () => compareMasks(reference, test, GRID, [label])),
          unit: 'ms',
          target: scipy ? { limit: Math.round(scipy.ms.surface), of: 'median' } : undefined,
          peer: scipy ? { name: `${name}, cropped KD-tree`, value: scipy.ms.surface } : undefined,
        },
      );
    }
    return rows;
  },
};
