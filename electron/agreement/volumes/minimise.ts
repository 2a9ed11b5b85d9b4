// The lowest point of a smooth function of a few numbers, by Nelder and Mead.

/**
 * Nelder and Mead's simplex search (Nelder and Mead 1965, Comput J 7:308–313) from `start`, begun anew around its answer
 * until that no longer improves it. Returns the point found.
 */
export function minimise(f: (x: readonly number[]) => number, start: readonly number[]): number[] {
  let best = [...start];
  let value = f(best);
  for (let attempt = 0; attempt < 20; attempt++) {
    const found = search(f, best, 0.5 / (attempt + 1));
    const gain = value - found.value;
    if (gain > 0) [best, value] = [found.point, found.value];
    if (attempt > 1 && gain <= 1e-13 * Math.abs(value)) break;
  }
  return best;
}

function search(f: (x: readonly number[]) => number, start: readonly number[], step: number) {
  let simplex = [
    start,
    ...start.map((_, axis) => start.map((v, n) => (n === axis ? v + step * (1 + Math.abs(v)) : v))),
  ].map((point) => ({ point: [...point], value: f(point) }));
  for (let round = 0; round < 2000; round++) {
    simplex = simplex.toSorted((a, b) => a.value - b.value);
    const [best, worst] = [simplex[0], simplex[simplex.length - 1]];
    const width = Math.max(...worst.point.map((v, n) => Math.abs(v - best.point[n])));
    if (width < 1e-9) break;
    const rest = simplex.slice(0, -1);
    const centre = best.point.map((_, n) => rest.reduce((sum, { point }) => sum + point[n], 0) / rest.length);
    const along = (by: number) => {
      const point = centre.map((v, n) => v + by * (v - worst.point[n]));
      return { point, value: f(point) };
    };
    const reflected = along(1);
    let next = reflected;
    if (reflected.value < best.value) {
      const further = along(2);
      if (further.value < reflected.value) next = further;
    } else if (reflected.value >= rest[rest.length - 1].value) {
      next = reflected.value < worst.value ? along(0.5) : along(-0.5);
      if (next.value >= Math.min(reflected.value, worst.value)) {
        simplex = simplex.map((vertex, at) => {
          if (at === 0) return vertex;
          const point = vertex.point.map((v, n) => (v + best.point[n]) / 2);
          return { point, value: f(point) };
        });
        continue;
      }
    }
    simplex[simplex.length - 1] = next;
  }
  const found = simplex.toSorted((a, b) => a.value - b.value)[0];
  return found;
}
