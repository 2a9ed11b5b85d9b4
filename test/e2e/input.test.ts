// The hands: fast pointers sampled between frames, tools on the other side, keys of one's own and their sheet, and the
// palette and the keys running one list of commands.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Triple } from '../../electron/contract/geometry.ts';
import { auditPage } from './support/page-audit.ts';
import { executablePath, LIVER, ToolBench } from './support/tool-bench.ts';

const title = executablePath ? 'hands and keys' : 'SKIPPED: no Chromium on this machine (hands and keys)';

describe.skipIf(!executablePath)(title, () => {
  let on: ToolBench;
  let reading: string;

  beforeAll(async () => {
    on = await ToolBench.open(null);
    on.room.page.setDefaultTimeout(12_000);
    reading = new URL(on.room.page.url()).hash;
  });
  afterAll(() => on?.close());
  afterEach(() => expect(on.complaints).toEqual([]));

  /** Goes to the settings of the study and, after `change`, back to the read. */
  async function withSettings(change: () => Promise<void>): Promise<void> {
    const { page } = on.room;
    const go = (hash: string) => page.evaluate((to) => void (location.hash = to), hash);
    await go(reading.replace(/reading\/.*/, 'settings'));
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await change();
    await go(reading);
    await page.locator('[data-plane=axial]').waitFor();
    await page.locator('[data-testid=save-state][data-state=saved]').waitFor();
    await page.waitForFunction(() => !document.body.innerText.includes('Loading the picture'));
  }

  it('a stroke goes through every sample of a fast pointer, not only through one a frame', async () => {
    await on.begin();
    await on.room.key('b');
    const way: Triple[] = [on.off(-20, 0), on.off(0, -24), on.off(20, 0)];
    const points = await Promise.all(way.map((voxel) => on.room.point('axial', voxel)));
    const { after } = await on.room.step(() =>
      on.room.page.evaluate(async ([from, through, to]) => {
        const view = document.querySelector<HTMLElement>('[data-plane=axial]')!;
        // Synthetic pointers cannot be captured.
        view.setPointerCapture = () => undefined;
        const at = ({ x, y }: { x: number; y: number }, more: PointerEventInit = {}) => ({ bubbles: true, cancelable: true, pointerId: 3, pointerType: 'mouse', clientX: x, clientY: y, buttons: 1, ...more }); // prettier-ignore
        view.dispatchEvent(new PointerEvent('pointerdown', at(from, { button: 0 })));
        const between = Array.from({ length: 8 }, (_, n) => {
          const share = ((n + 1) % 4) / 4 || 1;
          const [a, b] = n < 4 ? [from, through] : [through, to];
          return new PointerEvent(
            'pointermove',
            at({ x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) }),
          );
        });
        view.dispatchEvent(new PointerEvent('pointermove', at(to, { button: -1, coalescedEvents: between })));
        view.dispatchEvent(new PointerEvent('pointerup', at(to, { button: 0, buttons: 0 })));
      }, points),
    );
    for (const [i, j] of [[-20, 0], [-10, -12], [0, -24], [10, -12], [20, 0]]) {
      expect(after[on.room.index(on.off(i, j))], `${i}, ${j}`).toBe(LIVER);
    } // prettier-ignore
    expect(after[on.room.index(on.off(0, 0))], 'no short cut').toBe(0);
  });

  it('a left hand has the tools on the right, and the picture its room', async () => {
    const { page } = on.room;
    const sides = () =>
      page.evaluate(() => {
        const at = (name: string) => {
          const { left, right, width } = document
            .querySelector(`[aria-label^="${name}"]`)!
            .getBoundingClientRect();
          return { left, right, width };
        };
        return { tools: at('Tools and structures'), side: at('AI and history'), picture: at('Views') };
      });
    const right = await sides();
    expect(right.tools.right).toBeLessThanOrEqual(right.picture.left);
    await withSettings(() => page.getByText('Left: tools on the right').click());
    const left = await sides();
    expect(left.side.right).toBeLessThanOrEqual(left.picture.left);
    expect(left.tools.left).toBeGreaterThanOrEqual(left.picture.right);
    expect(left.picture.width).toBe(right.picture.width);
    expect(await auditPage(page, { thorough: true })).toEqual([]);
    await withSettings(() => page.getByText('Right: tools on the left').click());
  });

  it('keys are given to other commands, and every place that prints them follows', async () => {
    const { page } = on.room;
    const brush = page.locator('[data-tool=brush]');
    await withSettings(async () => {
      await page.getByRole('button', { name: 'Change keys' }).click();
      await page.getByRole('button', { name: 'Key of Brush', exact: true }).click();
      await page.keyboard.press('x');
      await page.getByRole('button', { name: 'Key of Find a command', exact: true }).click();
      await page.keyboard.press('Control+p');
      // A key that another command of the same group has is said at once.
      await page.getByRole('button', { name: 'Key of Eraser', exact: true }).click();
      await page.keyboard.press('x');
      await page.getByText('also Brush').waitFor();
      await page.getByRole('button', { name: 'Restore the key of Eraser' }).click();
      expect(await page.getByText('also Brush').count()).toBe(0);
    });
    await on.room.view('axial').focus();
    await page.keyboard.press('e');
    expect(await brush.getAttribute('aria-pressed')).toBe('false');
    await page.keyboard.press('b');
    expect(await brush.getAttribute('aria-pressed'), 'the key of before').toBe('false');
    await page.keyboard.press('x');
    expect(await brush.getAttribute('aria-pressed')).toBe('true');
    expect(await brush.locator('kbd').textContent()).toBe('X');
    await brush.hover();
    expect(await page.getByRole('tooltip').filter({ hasText: 'Brush' }).innerText()).toMatch(/X$/);
    await page.getByText('Ctrl+P commands').waitFor();
    await page.keyboard.press('?');
    const line = page
      .getByRole('dialog')
      .locator('dl > div')
      .filter({ hasText: /^\s*Brush\s*X/ });
    expect((await line.innerText()).replace(/\s+/g, ' ')).toBe('Brush X');
    await page.keyboard.press('Escape');
    await withSettings(async () => {
      await page.getByRole('button', { name: 'Change keys' }).click();
      await page.getByRole('button', { name: 'Restore the key of Brush', exact: true }).click();
      await page.getByRole('button', { name: 'Restore the key of Find a command' }).click();
    });
  });

  it('the sheet of keys prints dark on light, without the page around it', async () => {
    const { page } = on.room;
    await withSettings(async () => {
      await page.emulateMedia({ media: 'print' });
      const seen = await page.evaluate(() => {
        const shown = (selector: string) =>
          [...document.querySelectorAll(selector)].some((one) => one.checkVisibility());
        const { color, backgroundColor } = getComputedStyle(document.body);
        const keys = [...document.querySelectorAll('dl dt')].filter((one) => one.checkVisibility());
        return { header: shown('header'), buttons: shown('main button'), color, backgroundColor, keys: keys.map((one) => one.textContent) }; // prettier-ignore
      });
      expect(seen).toMatchObject({ header: false, backgroundColor: 'rgb(255, 255, 255)', color: 'rgb(17, 20, 24)' }); // prettier-ignore
      expect(seen.keys).toEqual(expect.arrayContaining(['Brush', 'Undo', 'Fit the picture']));
      expect(seen.keys.length).toBeGreaterThan(60);
      await page.emulateMedia({ media: 'screen' });
    });
  });

  it('the palette finds the same commands and runs them: structures alone, hidden, locked, up the list', async () => {
    const { page } = on.room;
    const run = async (words: string) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.type(words);
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    };
    const row = (n: number) => page.locator('ul[aria-label=Structures] li').nth(n);
    await on.room.view('axial').focus();
    await page.keyboard.press('2');
    await run('structure alone');
    expect(await row(1).getByRole('button', { name: /spleen/ }).last().getAttribute('aria-pressed')).toBe('true'); // prettier-ignore
    await page.getByRole('button', { name: 'Show liver' }).waitFor();
    await run('structure alone');
    await run('lock the structure');
    await page.getByRole('button', { name: 'Unlock spleen' }).waitFor();
    await run('lock the structure');
    await run('hide or show the structure');
    await page.getByRole('button', { name: 'Show spleen' }).waitFor();
    await run('hide or show the structure');
    await run('structure up the list');
    expect(await row(0).innerText()).toContain('spleen');
    await run('structure down the list');
    expect(await row(0).innerText()).toContain('liver');
  });
});
