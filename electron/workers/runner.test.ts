// The job runner: one at a time a lane, cancel before and during, throttled progress, one outcome each.
import { describe, expect, it } from 'vitest';
import { Runner, type JobControl, type Outcome, type RunnerEvents } from './runner.ts';

function recorder() {
  const steps: string[] = [];
  const outcomes: Outcome[] = [];
  const events: RunnerEvents = {
    onStart: () => steps.push('start'),
    onProgress: (step) => steps.push(step),
    onEnd: (outcome) => outcomes.push(outcome),
  };
  return { steps, outcomes, events };
}

const untilCancelled = ({ signal }: JobControl) =>
  new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error('stopped'))),
  );

describe('the job runner', () => {
  it('runs one job at a time in a lane and lanes side by side', async () => {
    const runner = new Runner();
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      log.push(`${name} ends`);
    };
    const { events } = recorder();
    await Promise.all([
      runner.start('1', 'a', work('one'), events),
      runner.start('2', 'a', work('two'), events),
      runner.start('3', 'b', work('other'), events),
    ]);
    expect(log.indexOf('two begins')).toBeGreaterThan(log.indexOf('one ends'));
    expect(log.indexOf('other begins')).toBeLessThan(log.indexOf('one ends'));
  });

  it('cancels a running and a queued job, each with one outcome', async () => {
    const runner = new Runner();
    const first = recorder();
    const second = recorder();
    const runs = [
      runner.start('1', 'a', untilCancelled, first.events),
      runner.start('2', 'a', untilCancelled, second.events),
    ];
    await Promise.resolve();
    expect(runner.cancel('2')).toBe(true);
    expect(runner.cancel('1')).toBe(true);
    await Promise.all(runs);
    expect(first.outcomes).toEqual([{ state: 'cancelled' }]);
    expect(second.outcomes).toEqual([{ state: 'cancelled' }]);
    expect(second.steps).toEqual([]);
    expect(runner.cancel('1')).toBe(false);
  });

  it('hands on a failure and goes on with the next job', async () => {
    const runner = new Runner();
    const failing = recorder();
    const next = recorder();
    void runner.start('1', 'a', () => Promise.reject(new Error('broken')), failing.events);
    await runner.start('2', 'a', () => Promise.resolve('fine'), next.events);
    expect(failing.outcomes).toMatchObject([{ state: 'failed', error: { message: 'broken' } }]);
    expect(next.outcomes).toEqual([{ state: 'done', value: 'fine' }]);
  });

  it('lets through a new step at once and the same step at most every 100 ms', async () => {
    const runner = new Runner();
    const { events, steps } = recorder();
    const work = async ({ progress }: JobControl) => {
      for (let n = 0; n < 50; n++) progress('Reading', n / 50);
      progress('Writing', 1);
    };
    await runner.start('1', 'a', work, events);
    expect(steps).toEqual(['start', 'Reading', 'Writing']);
  });
});
