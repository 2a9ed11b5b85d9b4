// Ratings as the coefficients take them: subjects × raters, missing as null; as pairs, counts and contingency tables.

/** One row a subject, one column a rater; null = not rated. Values are numbers, or places in a list of levels. */
export type Ratings = readonly (readonly (number | null)[])[];

/** Pairs of the subjects that both raters rated. */
export function ratedPairs(ratings: Ratings, a: number, b: number): [number, number][] {
  const pairs: [number, number][] = [];
  for (const row of ratings) {
    const [x, y] = [row[a], row[b]];
    if (x !== null && y !== null) pairs.push([x, y]);
  }
  return pairs;
}

/** Subjects that every rater rated. */
export function completeRows(ratings: Ratings): number[][] {
  return ratings.filter((row): row is number[] => row.every((value) => value !== null));
}

/** How often level i of the first meets level j of the second; levels are places 0 … levels − 1. */
export function contingencyTable(pairs: readonly (readonly [number, number])[], levels: number): number[][] {
  const table = Array.from({ length: levels }, () => new Array<number>(levels).fill(0));
  for (const [x, y] of pairs) table[x][y] += 1;
  return table;
}

/** Ratings by levels → one row a subject, one column a level: how many raters chose it. */
export function countLevels(ratings: Ratings, levels: number): number[][] {
  return ratings.map((row) => {
    const counts = new Array<number>(levels).fill(0);
    for (const value of row) if (value !== null) counts[value] += 1;
    return counts;
  });
}

export function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
