// Concord's reading room in a browser, on the phantom of the benchmarks.
import { chromium, type Browser, type Page } from 'playwright-core';
import type { StudyOnHost } from '../../test/fixtures/study-on-host.ts';
import { findChromium } from '../checks/browsers.ts';

/** Starts the browser that every page of one run shares; throws when there is none. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('no Chromium here');
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

/** The reader's worklist, from which the case can be opened. */
export async function worklistPage(browser: Browser, address: string, study: StudyOnHost): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(
    ({ id, reader }) => {
      sessionStorage.setItem('concord.sign-ins', JSON.stringify({ [id]: reader }));
      window.__concordTimings = { stroke: [], slice: [], surfaceWork: [], surface: [] };
    },
    { id: study.id, reader: study.reader },
  );
  await page.goto(`${address}#/study/${study.id}/worklist`);
  await page.locator('section[aria-labelledby=due] li button').first().waitFor();
  return page;
}

/** Milliseconds from the click on the case to the first frame in which the axial view shows something. */
export async function openCase(reading: Page): Promise<number> {
  const due = reading.locator('section[aria-labelledby=due] li button').first();
  await due.waitFor();
  return due.evaluate(
    (button) =>
      new Promise<number>((resolve) => {
        const began = performance.now();
        const look = () => {
          const canvas = document.querySelector<HTMLCanvasElement>('[aria-label^="Axial view"] canvas');
          const pixels =
            canvas && canvas.width > 9 && canvas.height > 9
              ? canvas.getContext('2d')!.getImageData(canvas.width / 2 - 4, canvas.height / 2 - 4, 8, 8).data
              : null;
          if (pixels?.some((value, n) => n % 4 !== 3 && value > 20)) resolve(performance.now() - began);
          else requestAnimationFrame(look);
        };
        (button as HTMLElement).click();
        look();
      }),
  );
}

/** Waits until no voxels have arrived for a second and a half. */
export async function allVoxels(reading: Page): Promise<void> {
  await reading.waitForFunction(
    () => {
      const arrived = performance
        .getEntriesByType('resource')
        .filter((entry) => entry.name.includes('/voxels'));
      const last = Math.max(...arrived.map((entry) => (entry as PerformanceResourceTiming).responseEnd));
      return arrived.length > 0 && performance.now() - last > 1500;
    },
    undefined,
    { timeout: 120_000, polling: 250 },
  );
}

/** The middle of the axial view and its smaller side, CSS pixels of the page. */
export async function centreOfAxial(reading: Page): Promise<{ x: number; y: number; size: number }> {
  const box = await reading.locator('[aria-label^="Axial view"]').first().boundingBox();
  if (!box) throw new Error('the axial view is not shown');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, size: Math.min(box.width, box.height) };
}
