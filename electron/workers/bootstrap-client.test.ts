// The shared bootstrap: threads and one thread give the same numbers, progress runs to the end, aborting stops it.
import { afterAll, describe, expect, it } from 'vitest';
import { bootstrap, closeBootstrap, type BootstrapSpecification } from './bootstrap-client.ts';
import { bootstrapRows, figuresOf } from '../agreement/bootstrap/index.ts';
import { percentileOfSorted } from '../agreement/percentile.ts';

const values = Array.from({ length: 1500 }, (_, n) => [Math.sin(n) + (n % 7), n % 11 === 0 ? null : n % 5]);
const specification: BootstrapSpecification = {
  kind: 'means',
  names: ['a', 'b'],
  values,
  clusterOf: values.map((_, n) => Math.floor(n / 2)),
};
afterAll(() => closeBootstrap());

describe('bootstrap on threads', () => {
  it('gives what one thread gives', async () => {
    const progress: number[] = [];
    const found = await bootstrap(specification, {
      replicates: 3000,
      seed: 11,
      onProgress: (done) => progress.push(done),
    });
    const rows = bootstrapRows(figuresOf(specification), { kind: 'replicates', seed: 11, from: 0, to: 3000 });
    const first = rows.filter((_, n) => n % 2 === 0).sort();
    expect(found['a'].percentile).toEqual([percentileOfSorted(first, 2.5), percentileOfSorted(first, 97.5)]);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);
  });
  it('stops when told', async () => {
    const abort = new AbortController();
    const running = bootstrap(specification, { replicates: 1_000_000, seed: 1, signal: abort.signal });
    setTimeout(() => abort.abort(), 100);
    const started = performance.now();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(performance.now() - started).toBeLessThan(5000);
    await expect(
      bootstrap(specification, { replicates: 10, seed: 1, signal: abort.signal }),
    ).rejects.toThrow();
  });
});
