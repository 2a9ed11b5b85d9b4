import { describe, expect, it } from 'vitest';
import { meets, quantile, renderTable, repeat } from './rows.ts';

describe('rows of the benchmark', () => {
  it('interpolates quantiles as numpy does', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5], 0.95)).toBeCloseTo(4.8, 12);
    expect(quantile([7], 0.95)).toBe(7);
  });

  it('judges a target by the figure that it names', () => {
    const samples = [1, 1, 1, 1, 100];
    expect(meets({ samples, target: { limit: 2, of: 'median' } })).toBe(true);
    expect(meets({ samples, target: { limit: 2, of: 'p95' } })).toBe(false);
    expect(meets({ samples })).toBe(true);
  });

  it('leaves the first run out', async () => {
    let runs = 0;
    expect(await repeat(3, () => runs++)).toHaveLength(3);
    expect(runs).toBe(4);
  });

  it('shows what was missed and what was not measured', () => {
    const table = renderTable([
      {
        what: 'slow',
        samples: [20, 20, 20, 20, 20],
        unit: 'ms',
        target: { limit: 10, of: 'p95' },
        peer: { name: 'theirs', value: 10 },
      },
      { what: 'page', reason: 'not measured: no Chromium' },
    ]);
    expect(table).toMatch(
      /slow\s+20\.0 ms\s+20\.0 ms\s+5\s+p95 ≤ 10 ms\s+MISSED\s+theirs\s+10\.0 ms\s+2\.00/,
    );
    expect(table).toContain('not measured: no Chromium');
  });
});
