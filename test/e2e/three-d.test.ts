// The 3D view's own controls: what it shows while nothing is drawn, and nothing lying over them.
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, shots, title, ToolBench } from './support/tool-bench.ts';

describe.skipIf(!executablePath)(`the 3D view: ${title}`, () => {
  let on: ToolBench;
  beforeAll(async () => {
    on = await ToolBench.open(null);
  });
  afterAll(() => on?.close());
  afterEach(() => expect(on.complaints.splice(0)).toEqual([]));

  /** The share of pixels that are not black: in the lower left corner, and in the whole view. */
  const lit = () =>
    on.room.page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('[data-surface] canvas')!;
      // Drawn anew and copied at once: a WebGL picture does not last.
      canvas.dispatchEvent(new Event('concord-capture', { bubbles: true }));
      const sheet = document.createElement('canvas');
      [sheet.width, sheet.height] = [canvas.width, canvas.height];
      const context = sheet.getContext('2d')!;
      context.drawImage(canvas, 0, 0);
      const share = (wide: number, high: number) => {
        const { data } = context.getImageData(0, sheet.height - high, wide, high);
        let count = 0;
        for (let n = 0; n < data.length; n += 4) if (data[n] + data[n + 1] + data[n + 2] > 30) count++;
        return count / (wide * high);
      };
      return { corner: share(60, 60), whole: share(sheet.width, sheet.height) };
    });
  const until = async (is: (now: { corner: number; whole: number }) => boolean) => {
    for (const end = Date.now() + 15_000; ; await on.room.page.waitForTimeout(100)) {
      const now = await lit();
      if (is(now) || Date.now() > end) return now;
    }
  };

  it('shows no cube while nothing is drawn, and one that says how it lies as soon as something is', async () => {
    await on.room.page.getByText('Nothing is drawn yet.').waitFor();
    expect(await lit()).toEqual({ corner: 0, whole: 0 });
    expect(await on.room.page.getByRole('group', { name: 'Look from' }).count()).toBe(0);
    await on.begin();
    await on.block(-8, -8, 16, 16, 3);
    const drawn = await until(({ corner }) => corner > 0.1);
    expect(drawn.corner).toBeGreaterThan(0.1);
    expect(drawn.whole).toBeGreaterThan(0.02);
    await on.room.page.screenshot({ path: join(shots, 'three-d.png') });
    await on.room.clear();
    expect(await until(({ whole }) => whole === 0)).toEqual({ corner: 0, whole: 0 });
    const select = on.room.page.getByLabel('What the 3D view shows');
    await select.selectOption('both');
    expect((await until(({ corner }) => corner > 0.1)).corner).toBeGreaterThan(0.1);
    await select.selectOption('surfaces');
    expect((await until(({ whole }) => whole === 0)).whole).toBe(0);
  });

  it('keeps its controls free of messages in every window', async () => {
    await on.begin();
    for (const [width, height] of [
      [1440, 900],
      [1280, 800],
      [1152, 720],
      [960, 600],
    ]) {
      await on.room.page.setViewportSize({ width, height });
      await on.room.view('axial').focus();
      await on.room.key('j');
      await on.room.page.getByText('is drawn yet.', { exact: false }).last().waitFor();
      await on.room.page.locator('.toasts .toast').first().waitFor();
      const covered = await on.room.page.evaluate(() =>
        [...document.querySelectorAll('[data-surface] ~ .controls :is(select, button)')].map((control) => {
          const box = control.getBoundingClientRect();
          const corners = [
            [box.left + 2, box.bottom - 2],
            [box.right - 2, box.bottom - 2],
            [box.right - 2, box.top + 2],
          ];
          return corners.filter(([x, y]) => document.elementFromPoint(x, y) !== control).length;
        }),
      );
      expect(covered, `${width} × ${height}`).toEqual([0, 0]);
    }
    await on.room.page.setViewportSize({ width: 1440, height: 900 });
  });
});
