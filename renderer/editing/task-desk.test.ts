// The worker's desk: progress, what is shown after a while, cancelling, and workers that fail.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Reply, Task } from './operations/tasks.ts';
import { TaskDesk, type WorkerLike } from './task-desk.svelte.ts';

class FakeWorker implements WorkerLike {
  onmessage: ((event: MessageEvent<Reply>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  readonly tasks: unknown[] = [];
  ended = false;
  postMessage(message: unknown): void {
    this.tasks.push(message);
  }
  terminate(): void {
    this.ended = true;
  }
  says(data: Reply): void {
    this.onmessage?.({ data } as MessageEvent<Reply>);
  }
}

function desk() {
  const workers: FakeWorker[] = [];
  const made = new TaskDesk(() => {
    workers.push(new FakeWorker());
    return workers.at(-1)!;
  });
  const parcel = (part: number) => ({ task: { kind: 'operate', part } as unknown as Task, transfer: [] });
  return { desk: made, workers, parcel };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the desk', () => {
  it('sends parts one after another, knows how far it is, and shows itself after 300 ms only', async () => {
    const { desk: one, workers, parcel } = desk();
    const result = one.run('Smooth', 2, parcel);
    await vi.advanceTimersByTimeAsync(299);
    expect([one.busy, one.slow]).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(one.slow).toBe(true);
    workers[0].says({ kind: 'progress', share: 0.5 });
    expect(one.running).toEqual({ label: 'Smooth', share: 0.25, secondsLeft: null });
    expect(workers[0].tasks).toHaveLength(1);
    workers[0].says({ kind: 'next' });
    await vi.advanceTimersByTimeAsync(0);
    expect(workers[0].tasks).toHaveLength(2);
    workers[0].says({ kind: 'done', result: 7 });
    expect(await result).toBe(7);
    expect([one.busy, one.slow]).toEqual([false, false]);
  });

  it('says how long it still takes once it has run for a second, and counts that down', async () => {
    const { desk: one, workers, parcel } = desk();
    const result = one.run('Smooth', 1, parcel);
    const left = () => one.running?.secondsLeft ?? null;
    await vi.advanceTimersByTimeAsync(900);
    workers[0].says({ kind: 'progress', share: 0.1 });
    expect(left(), 'before the second is over').toBeNull();
    await vi.advanceTimersByTimeAsync(100);
    // A tenth in 0.9 s: nine tenths in 8.1 s, of which 0.1 s have passed.
    expect(left()).toBeCloseTo(8, 6);
    await vi.advanceTimersByTimeAsync(1000);
    expect(left()).toBeCloseTo(7, 6);
    workers[0].says({ kind: 'progress', share: 0.5 });
    expect(left()).toBeCloseTo(2, 6);
    await vi.advanceTimersByTimeAsync(5000);
    expect(left(), 'a guess that ran out is none').toBeNull();
    workers[0].says({ kind: 'done', result: 7 });
    await result;
    expect([one.running, vi.getTimerCount()]).toEqual([null, 0]);
  });

  it('says nothing of the time while nothing is known of the share, nor of the task before', async () => {
    const { desk: one, workers, parcel } = desk();
    const result = one.run('Fill', 1, parcel);
    await vi.advanceTimersByTimeAsync(3000);
    expect(one.running).toEqual({ label: 'Fill', share: 0, secondsLeft: null });
    one.cancel();
    await expect(result).rejects.toMatchObject({ code: 'operation-cancelled' });
    const next = one.run('Grow', 1, parcel);
    await vi.advanceTimersByTimeAsync(1);
    workers[1].says({ kind: 'progress', share: 0.5 });
    expect([one.slow, one.running?.secondsLeft]).toEqual([false, null]);
    workers[1].says({ kind: 'done', result: 7 });
    await next;
  });

  it('cancels by ending the worker, and takes another one for the next task', async () => {
    const { desk: one, workers, parcel } = desk();
    expect(one.cancel(), 'nothing runs').toBe(false);
    const result = one.run('Grow', 1, parcel);
    await vi.advanceTimersByTimeAsync(1);
    expect(one.cancel()).toBe(true);
    await expect(result).rejects.toMatchObject({ code: 'operation-cancelled' });
    expect([workers[0].ended, one.busy]).toEqual([true, false]);
    const next = one.run('Grow', 1, parcel);
    await vi.advanceTimersByTimeAsync(1);
    workers[0].says({ kind: 'done', result: 'late' });
    workers[1].says({ kind: 'done', result: 'right' });
    expect(await next).toBe('right');
  });

  it('cancels while the parcel is still packed: nothing is sent then', async () => {
    const { desk: one, workers } = desk();
    const result = one.run('Fill', 1, () => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(1);
    expect(one.cancel()).toBe(true);
    await expect(result).rejects.toMatchObject({ code: 'operation-cancelled' });
    expect(workers).toHaveLength(0);
    expect(one.busy).toBe(false);
  });

  it('says why when the worker cannot, or breaks, and refuses a second task meanwhile', async () => {
    const { desk: one, workers, parcel } = desk();
    const first = one.run('Fill', 1, parcel);
    await expect(one.run('Smooth', 1, parcel)).rejects.toMatchObject({ code: 'operation-under-way' });
    await vi.advanceTimersByTimeAsync(0);
    workers[0].says({ kind: 'failed', message: 'no room' });
    await expect(first).rejects.toThrow(/could not be carried out \(no room\)/);
    const second = one.run('Fill', 1, parcel);
    await vi.advanceTimersByTimeAsync(0);
    workers[0].onerror?.({ message: 'out of memory' } as ErrorEvent);
    await expect(second).rejects.toMatchObject({ code: 'operation-failed' });
    const third = one.run('Fill', 1, parcel);
    await vi.advanceTimersByTimeAsync(0);
    expect(workers).toHaveLength(2);
    workers[1].says({ kind: 'done', result: 1 });
    expect(await third).toBe(1);
  });
});
