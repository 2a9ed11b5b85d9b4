import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { addTally, emptyTally, tallyOfVitest } from './tally.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-tally-'));
afterAll(() => rmSync(folder, { recursive: true }));

function report(testResults: unknown[]): string {
  const file = join(folder, `${Math.random()}.json`);
  writeFileSync(file, JSON.stringify({ testResults }));
  return file;
}
const test = (fullName: string, status: string) => ({ fullName, status });

describe('tally of a vitest run', () => {
  it('counts what passed, failed and was skipped, and names the last two', () => {
    const file = report([
      {
        name: 'a.test.ts',
        status: 'failed',
        assertionResults: [test('works', 'passed'), test('breaks', 'failed')],
      },
      {
        name: 'b.test.ts',
        status: 'passed',
        assertionResults: [test('needs data', 'pending'), test('later', 'todo')],
      },
    ]);
    expect(tallyOfVitest('unit', file, 1)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 2,
      failures: ['a.test.ts: breaks'],
      skips: ['unit: needs data', 'unit: later'],
    });
  });

  it('counts a file that could not be loaded as a failure', () => {
    const file = report([
      { name: 'a.test.ts', status: 'failed', message: 'SyntaxError: no\nat x', assertionResults: [] },
    ]);
    expect(tallyOfVitest('unit', file, 1)).toMatchObject({
      failed: 1,
      failures: ['a.test.ts: SyntaxError: no'],
    });
  });

  it('never takes silence for success', () => {
    expect(tallyOfVitest('unit', report([]), 0).failed).toBe(1);
    expect(tallyOfVitest('unit', join(folder, 'absent.json'), 0).failed).toBe(1);
    const passing = report([{ name: 'a', status: 'passed', assertionResults: [test('works', 'passed')] }]);
    expect(tallyOfVitest('unit', passing, 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  it('adds tallies up', () => {
    const total = emptyTally();
    addTally(total, { passed: 2, failed: 1, skipped: 0, failures: ['x'], skips: [] });
    addTally(total, { passed: 1, failed: 0, skipped: 1, failures: [], skips: ['y'] });
    expect(total).toEqual({ passed: 3, failed: 1, skipped: 1, failures: ['x'], skips: ['y'] });
  });
});
