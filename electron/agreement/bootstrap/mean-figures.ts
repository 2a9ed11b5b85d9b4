// Means and medians of case figures (Dice, HD95 …) as figures of the bootstrap.
import type { ClusterFigures } from './cluster-bootstrap.ts';

/**
 * Mean of each column of `values` (rows × columns, null where undefined: left out). `clusterOf[row]`: the patient of
 * each row, 0 … clusters − 1; rows of one patient are drawn together.
 */
export function meanFigures(
  names: readonly string[],
  values: readonly (readonly (number | null)[])[],
  clusterOf: ArrayLike<number>,
): ClusterFigures {
  const clusters = Math.max(0, ...Array.from(clusterOf, (c) => c + 1));
  const width = names.length;
  const sums = new Float64Array(clusters * width);
  const counts = new Float64Array(clusters * width);
  values.forEach((row, n) =>
    row.forEach((value, column) => {
      if (value === null) return;
      sums[clusterOf[n] * width + column] += value;
      counts[clusterOf[n] * width + column] += 1;
    }),
  );
  return {
    clusters,
    names,
    evaluate(times, out) {
      for (let column = 0; column < width; column++) {
        let [sum, count] = [0, 0];
        for (let c = 0, at = column; c < clusters; c++, at += width) {
          sum += times[c] * sums[at];
          count += times[c] * counts[at];
        }
        out[column] = count === 0 ? NaN : sum / count;
      }
    },
  };
}
