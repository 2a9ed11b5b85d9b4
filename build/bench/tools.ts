// Tools on 512×512×300 with twenty structures: strokes, changes of tool, operations on organs, surfaces.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { studyOnHost } from '../../test/fixtures/study-on-host.ts';
import { handTrace } from './hand-trace.ts';
import { folder as benchFolder, material, readLabels } from './material.ts';
import { pageThread, type Thread } from './page-thread.ts';
import { allVoxels, centreOfAxial, openCase, startBrowser, worklistPage } from './reading-page.ts';
import { type Bench, type Row } from './rows.ts';
import { startHost } from './start-host.ts';
import { drawStructures, flawedLabels, STRUCTURES } from './twenty-structures.ts';

const FRAME_MS = 16.7;
const TIMES = 5;
const STROKES = 6;
const TOOL_KEYS = 'b e t Shift+T v p Shift+P l Shift+L i f g Shift+G Shift+H h k m o Shift+O Shift+M'.split(
  ' ',
);

declare global {
  interface Window {
    /** When the key that was listened for went down, by the page's clock. */
    pressedAt: number | null;
  }
}

/** An operation as a reader asks for it: the structure's key, the tool's, then what carries it out. */
interface Asked {
  what: string;
  keys: string[];
  /** The key that carries it out. */
  act: string;
}

const OPERATIONS: Asked[] = [
  { what: 'fill holes in space, liver 1.2 L', keys: ['1', 'h'], act: 'Enter' },
  { what: 'keep the largest island, liver', keys: ['1', 'k'], act: 'Shift+K' },
  { what: 'smooth 2 mm, liver', keys: ['1', 'o'], act: 'Enter' },
  { what: 'grow 2 mm, liver', keys: ['1', 'm'], act: 'Enter' },
  { what: 'smooth 2 mm, pancreas', keys: ['2', 'o'], act: 'Enter' },
  { what: 'grow 2 mm, kidneys', keys: ['4', 'm'], act: 'Enter' },
  { what: 'interpolate, spleen in every fifth slice', keys: ['3', 'i'], act: 'Shift+I' },
];

export const tools: Bench = {
  name: 'tools',
  async run(say) {
    const { image, reference } = await material(say);
    const host = await startHost();
    const browser = await startBrowser();
    try {
      say('importing the phantom and drawing twenty structures …');
      const study = await studyOnHost(host.address, image, STRUCTURES);
      await drawStructures(host.address, study, flawedLabels(readLabels(reference)));
      const page = await worklistPage(browser, host.address.address, study);
      await openCase(page);
      await allVoxels(page);
      await page.waitForFunction(
        (n) => window.__concordTimings!.surface.length >= n,
        Object.keys(STRUCTURES).length,
      );
      await surfacesQuiet(page);
      const thread = await pageThread(page);
      const rows = await strokes(page, thread, say);
      await surfacesQuiet(page);
      rows.push(...(await changes(page, thread, say)));
      await page.screenshot({ path: join(benchFolder, 'tools.png') });
      for (const asked of OPERATIONS) {
        say(`${asked.what} …`);
        rows.push(await operation(page, asked));
      }
      rows.push(...(await flatTools(page, thread, say)));
      rows.push(...(await surfaces(page, say)));
      return rows;
    } finally {
      await browser.close();
      await host.stop();
    }
  },
};

/** Until the surfaces that the last change asked for have been there for a second: an operation alone is to be timed. */
async function surfacesQuiet(page: Page): Promise<void> {
  for (let last = -1; ;) {
    await page.waitForTimeout(1200);
    const shown = await page.evaluate(() => window.__concordTimings!.surface.length);
    if (shown === last) return;
    last = shown;
  }
}

const saved = (page: Page) => page.locator('[data-testid=save-state][data-state=saved]').waitFor();

async function strokes(page: Page, thread: Thread, say: (line: string) => void): Promise<Row[]> {
  const { x, y, size } = await centreOfAxial(page);
  await page.keyboard.press('1');
  await page.keyboard.press('b');
  const samples: number[] = [];
  for (const [n, stroke] of handTrace(STROKES).entries()) {
    say(`stroke ${n + 1} of ${STROKES} …`);
    await page.mouse.move(x + stroke[0].x * size, y + stroke[0].y * size);
    await page.mouse.down();
    for (const point of stroke.slice(1))
      samples.push((await thread(() => page.mouse.move(x + point.x * size, y + point.y * size))).own);
    samples.push((await thread(() => page.mouse.up())).own);
    await saved(page);
  }
  return [row('20 structures, each pointer event of a stroke: page thread', samples, FRAME_MS, 'p95')];
}

async function changes(page: Page, thread: Thread, say: (line: string) => void): Promise<Row[]> {
  say('changing tools and structures …');
  const [tool, structure]: number[][] = [[], []];
  for (let round = 0; round < 2; round++) {
    for (const key of TOOL_KEYS) tool.push((await thread(() => page.keyboard.press(key))).own);
    for (let n = 1; n <= 9; n++) structure.push((await thread(() => page.keyboard.press(String(n)))).own);
  }
  await page.keyboard.press('Escape');
  return [
    row('20 structures, change of tool: page thread', tool, FRAME_MS, 'p95'),
    row('20 structures, change of structure: page thread', structure, FRAME_MS, 'p95'),
  ];
}

/** From the key to the step on its way to the service, the picture changed: what a reader waits for. */
async function operation(page: Page, { what, keys, act }: Asked): Promise<Row> {
  const samples: number[] = [];
  for (let n = 0; n < TIMES; n++) {
    for (const key of keys) await page.keyboard.press(key);
    await page.evaluate(() => {
      performance.clearResourceTimings();
      window.pressedAt = null;
      const press = () => (window.pressedAt = performance.now());
      addEventListener('keydown', press, { capture: true, once: true });
    });
    await page.keyboard.press(act);
    const sent = await page.waitForFunction(() => {
      const patch = performance.getEntriesByType('resource').find((one) => one.name.includes('/patches?'));
      return patch && patch.startTime - window.pressedAt!;
    });
    samples.push((await sent.jsonValue())!);
    await saved(page);
    await page.keyboard.press('Control+z');
    await saved(page);
    await surfacesQuiet(page);
  }
  return row(what, samples, 300, 'median');
}

/** Tools that work on one slice on the page's own thread: a flood fill in the liver, a lasso around it. */
async function flatTools(page: Page, thread: Thread, say: (line: string) => void): Promise<Row[]> {
  say('flood fill and lasso …');
  const { x, y, size } = await centreOfAxial(page);
  const [fill, lasso]: number[][] = [[], []];
  const takeBack = async () => {
    await saved(page);
    await page.keyboard.press('Control+z');
    await saved(page);
    await surfacesQuiet(page);
  };
  await page.keyboard.press('2');
  for (let n = 0; n < TIMES; n++) {
    await page.keyboard.press('f');
    await page.mouse.move(x + size * 0.02, y + size * 0.3);
    fill.push((await thread(() => page.mouse.down())).own);
    fill.push((await thread(() => page.mouse.up())).own);
    await takeBack();
    await page.keyboard.press('Shift+P');
    const [outline] = handTrace(1);
    await page.mouse.move(x + outline[0].x * size, y + outline[0].y * size);
    await page.mouse.down();
    for (const point of outline.slice(1)) await page.mouse.move(x + point.x * size, y + point.y * size);
    lasso.push((await thread(() => page.mouse.up())).own);
    await takeBack();
  }
  return [
    row('flood fill of a slice, press and release: page thread', fill, 300, 'p95'),
    row('lasso around a quarter of a slice, closing: page thread', lasso, 300, 'p95'),
  ];
}

/** After a stroke at the liver: how long until its surface is there, and what the page itself does for it. */
async function surfaces(page: Page, say: (line: string) => void): Promise<Row[]> {
  say('surfaces …');
  const { x, y, size } = await centreOfAxial(page);
  await page.keyboard.press('1');
  await page.keyboard.press('b');
  const timings = () => page.evaluate(() => window.__concordTimings!);
  await surfacesQuiet(page);
  const before = await timings();
  for (let n = 0; n < TIMES; n++) {
    const { surface } = await timings();
    await page.mouse.move(x - size * 0.2, y - size * (0.05 + n / 50));
    await page.mouse.down();
    await page.mouse.move(x - size * 0.15, y - size * (0.05 + n / 50), { steps: 5 });
    await page.mouse.up();
    await page.waitForFunction((known) => window.__concordTimings!.surface.length > known, surface.length);
    await surfacesQuiet(page);
  }
  const after = await timings();
  return [
    row('stroke → surface of the liver', after.surface.slice(before.surface.length), 500, 'median'),
    row(
      'surface: the page’s own part at a time',
      after.surfaceWork.slice(before.surfaceWork.length),
      FRAME_MS,
      'p95',
    ),
  ];
}

const row = (what: string, samples: number[], limit: number, of: 'median' | 'p95'): Row => ({
  what,
  samples,
  unit: 'ms',
  target: { limit, of },
});
