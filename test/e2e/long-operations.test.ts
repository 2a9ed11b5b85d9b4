// Operations that take their time, with a worker slowed down: nothing shown at first, then progress, time left, Cancel.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { executablePath, LIVER, title, ToolBench } from './support/tool-bench.ts';

/** Put into the page: every message to a worker waits; what the worker says about its share is the test's to say. */
function slowWorkers(): void {
  const page = window as unknown as { held: number; last: Worker | null };
  page.held = 0;
  page.last = null;
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (this: Worker, ...message: unknown[]) {
    const { kind } = (message[0] ?? {}) as { kind?: string };
    // Only the editor's desk sends such tasks; surfaces and compression go on at once.
    if (kind !== 'operate' || page.held === 0) return postMessage.apply(this, message as never);
    page.last = this;
    const wait = page.held;
    setTimeout(() => postMessage.apply(this, message as never), wait);
  } as typeof postMessage;
}

describe.skipIf(!executablePath)(`long operations: ${title}`, () => {
  let on: ToolBench;
  beforeAll(async () => {
    on = await ToolBench.open(null);
    await on.room.page.evaluate(slowWorkers);
  });
  afterAll(() => on?.close());
  beforeEach(async () => {
    await hold(0);
    await on.begin();
    await on.block(-8, -8, 13, 12, 4);
    await on.room.key('o');
  });
  afterEach(() => expect(on.complaints.splice(0)).toEqual([]));

  const hold = (milliseconds: number) =>
    on.room.page.evaluate((wait) => ((window as unknown as { held: number }).held = wait), milliseconds);
  const share = (value: number) =>
    on.room.page.evaluate((done) => {
      const { last } = window as unknown as { last: Worker | null };
      last!.dispatchEvent(new MessageEvent('message', { data: { kind: 'progress', share: done } }));
    }, value);
  const shown = () => on.room.page.getByTestId('operation');
  /** Presses Enter and notes, by the page's own clock, when the progress came (ms; null: it never did) and the step. */
  const timed = () =>
    on.room.page.evaluate(
      () =>
        new Promise<number | null>((done) => {
          const start = performance.now();
          const look = new MutationObserver(() => {
            if (document.querySelector('[data-testid=operation]')) finish(performance.now() - start);
          });
          const finish = (value: number | null) => {
            look.disconnect();
            done(value);
          };
          look.observe(document.body, { childList: true, subtree: true });
          setTimeout(() => finish(null), 1500);
          const key = new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', bubbles: true });
          document.querySelector('[data-plane=axial]')!.dispatchEvent(key);
        }),
    );

  it('a quick one shows nothing', async () => {
    await hold(120);
    let when: number | null = 0;
    const { tool } = await on.room.step(async () => (when = await timed()));
    expect(tool).toBe('Smooth');
    expect(when).toBeNull();
  });

  it('a slow one shows itself past 300 ms, says how long it takes past a second, and is done', async () => {
    await hold(4000);
    let when: number | null = null;
    const { before, after } = await on.room.step(async () => {
      when = await timed();
      await on.room.page.waitForTimeout(1000);
      await share(0.25);
      const bar = shown().getByRole('progressbar');
      expect(await bar.getAttribute('aria-valuenow')).toBe('25');
      await shown()
        .getByText(/^\d+ s left$/)
        .waitFor();
      await shown().waitFor({ state: 'detached', timeout: 15_000 });
    });
    expect(when).toBeGreaterThanOrEqual(295);
    expect(when).toBeLessThan(700);
    expect(after).not.toEqual(before);
    expect(on.where(after, LIVER).size).toBeGreaterThan(0);
  });

  it('Cancel ends it at once and changes nothing; so does the key that is printed on it', async () => {
    await hold(60_000);
    const before = await on.room.mask();
    const steps = (await on.room.steps()).length;
    for (const end of ['button', 'key'] as const) {
      await on.room.key('Enter');
      await shown().waitFor();
      const cancel = shown().getByRole('button', { name: /Cancel/ });
      expect(await cancel.innerText()).toMatch(/Esc/);
      if (end === 'button') await cancel.click();
      else await on.room.key('Escape');
      await shown().waitFor({ state: 'detached', timeout: 1000 });
    }
    expect(await on.room.mask()).toEqual(before);
    expect(await on.room.steps()).toHaveLength(steps);
    // The next one is not held up by those that were ended.
    await hold(0);
    const { tool } = await on.room.step(() => on.room.key('Enter'));
    expect(tool).toBe('Smooth');
  });
});
