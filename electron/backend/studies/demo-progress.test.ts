// What is said while the demo study is made.
import { describe, expect, it } from 'vitest';
import { demoProgress } from './demo-progress.ts';

function made() {
  let [now, there] = [1_000_000, false];
  const progress = demoProgress(() => there, () => now); // prettier-ignore
  return { progress, wait: (seconds: number) => (now += seconds * 1000), arrive: () => (there = true) };
}

describe('progress of the demo study', () => {
  it('tells the time left from the time taken, and counts it down within a step', () => {
    const { progress, wait, arrive } = made();
    expect(progress.state()).toEqual({ state: 'none' });
    progress.at('Phantom 1 of 2', 0);
    wait(3);
    expect(progress.state()).toEqual({
      state: 'making',
      step: 'Phantom 1 of 2',
      fraction: 0,
      secondsLeft: null,
    });
    wait(7);
    progress.at('Phantom 2 of 2', 0.2);
    expect(progress.state()).toMatchObject({ fraction: 0.2, secondsLeft: 40 });
    wait(5);
    expect(progress.state()).toMatchObject({ secondsLeft: 35 });
    wait(100);
    expect(progress.state()).toMatchObject({ secondsLeft: 0 });
    arrive();
    progress.ready();
    expect(progress.state()).toEqual({ state: 'ready' });
  });

  it('says why it failed until it is tried again', () => {
    const { progress } = made();
    progress.at('Phantom 1 of 2', 0);
    progress.failed('The disk is full.');
    expect(progress.state()).toEqual({ state: 'failed', reason: 'The disk is full.' });
    progress.at('Phantom 1 of 2', 0);
    expect(progress.state()).toMatchObject({ state: 'making' });
  });
});
