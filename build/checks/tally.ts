// Adds up what passed, failed and was skipped, from vitest's JSON and from the checks around it.
import { existsSync, readFileSync } from 'node:fs';

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  /** One line each: what failed, what was skipped and why. */
  failures: string[];
  skips: string[];
}

export function emptyTally(): Tally {
  return { passed: 0, failed: 0, skipped: 0, failures: [], skips: [] };
}

export function addTally(to: Tally, more: Tally): void {
  to.passed += more.passed;
  to.failed += more.failed;
  to.skipped += more.skipped;
  to.failures.push(...more.failures);
  to.skips.push(...more.skips);
}

interface VitestReport {
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { fullName: string; status: string }[];
  }[];
}

/**
 * The tally of one vitest run. A file that could not be loaded, a run that broke outside a test, and a run without a
 * single test each count as a failure: silence is no success.
 */
export function tallyOfVitest(set: string, reportFile: string, exitCode: number): Tally {
  const tally = emptyTally();
  if (!existsSync(reportFile)) return fail(tally, `${set}: vitest left no report (exit code ${exitCode})`);
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport;
  for (const file of report.testResults) {
    if (file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')) {
      fail(tally, `${file.name}: ${(file.message ?? 'could not be run').split('\n')[0]}`);
    }
    for (const test of file.assertionResults) {
      if (test.status === 'passed') tally.passed += 1;
      else if (test.status === 'failed') fail(tally, `${file.name}: ${test.fullName}`);
      else {
        tally.skipped += 1;
        tally.skips.push(`${set}: ${test.fullName}`);
      }
    }
  }
  if (tally.passed + tally.failed + tally.skipped === 0) fail(tally, `${set}: not one test was found`);
  if (exitCode !== 0 && tally.failed === 0) fail(tally, `${set}: vitest ended with exit code ${exitCode}`);
  return tally;
}

function fail(tally: Tally, line: string): Tally {
  tally.failed += 1;
  tally.failures.push(line);
  return tally;
}
