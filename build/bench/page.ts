// The reading room in Chromium on 512×512×300: opening, slices, strokes, memory.
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { studyOnHost } from '../../test/fixtures/study-on-host.ts';
import { bareGunzip } from './load.ts';
import { folder as benchFolder, material, ORGANS } from './material.ts';
import { pageThread, type Thread } from './page-thread.ts';
import { allVoxels, centreOfAxial, openCase, startBrowser, worklistPage } from './reading-page.ts';
import { quantile, repeat, type Bench, type Row } from './rows.ts';
import { startHost } from './start-host.ts';

const SLICE_STEPS = 120;
const STROKES = 30;
const MOVES = 12;

export const page: Bench = {
  name: 'page',
  async run(say) {
    const { image } = await material(say);
    const browser = await startBrowser();
    const host = await startHost();
    const { child, address } = host;
    try {
      say('importing the phantom …');
      const study = await studyOnHost(address, image, ORGANS);
      const reading = await worklistPage(browser, address.address, study);
      say('opening the case …');
      const gunzip = quantile(await repeat(3, () => bareGunzip(image)), 0.5);
      const opening = await openCase(reading);
      await allVoxels(reading);
      const rows: Row[] = [
        {
          what: 'click → first slice (imported .nii.gz)',
          samples: [opening],
          unit: 'ms',
          target: { limit: Math.round(1.5 * gunzip), of: 'median' },
          peer: { name: 'bare gunzip', value: gunzip },
        },
      ];
      const thread = await pageThread(reading);
      say('slices …');
      rows.push(...(await sliceSteps(reading, thread)));
      say('strokes …');
      rows.push(...(await strokes(reading, thread)));
      rows.push(...(await memory(browser, child)));
      await reading.screenshot({ path: join(benchFolder, 'page.png') });
      return rows;
    } finally {
      await browser.close();
      await host.stop();
    }
  },
};

async function sliceSteps(reading: Page, thread: Thread): Promise<Row[]> {
  const { x, y } = await centreOfAxial(reading);
  await reading.mouse.move(x, y);
  await reading.evaluate(() => void (window.__concordTimings!.slice.length = 0));
  const [own, paint, wall]: number[][] = [[], [], []];
  for (let n = 0; n < SLICE_STEPS; n++) {
    const step = await thread(() => reading.mouse.wheel(0, n % 60 < 30 ? 100 : -100));
    own.push(step.own);
    paint.push(step.paint);
    wall.push(step.wall);
  }
  const painted = await reading.evaluate(() => window.__concordTimings!.slice);
  if (painted.length < SLICE_STEPS / 2) throw new Error('the wheel did not change the slice');
  return [
    {
      what: 'slice step: page thread, script and layout',
      samples: own,
      unit: 'ms',
      target: { limit: 8, of: 'p95' },
    },
    { what: 'slice step: painting, software rasterising', samples: paint, unit: 'ms' },
    { what: 'slice step: wheel → frame (wall, software raster)', samples: wall, unit: 'ms' },
  ];
}

async function strokes(reading: Page, thread: Thread): Promise<Row[]> {
  const { x, y, size } = await centreOfAxial(reading);
  await reading.keyboard.press('b');
  await reading.evaluate(() => performance.clearResourceTimings());
  const [own, paint, wall]: number[][] = [[], [], []];
  for (let n = 0; n < STROKES; n++) {
    const top = y - size / 5 + (n / STROKES) * (size / 2.5);
    await reading.mouse.move(x - size / 5, top);
    await reading.mouse.down();
    for (let move = 1; move <= MOVES; move++) {
      const to = x - size / 5 + (move / MOVES) * (size / 2.5);
      const moved = await thread(() => reading.mouse.move(to, top + Math.sin(move) * 6));
      own.push(moved.own);
      paint.push(moved.paint);
      wall.push(moved.wall);
    }
    const lifted = await thread(() => reading.mouse.up());
    own.push(lifted.own);
  }
  await reading.locator('[data-testid=save-state][data-state=saved]').waitFor();
  const stored = await reading.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter((entry) => entry.name.includes('/patches?'))
      .map((entry) => entry.duration),
  );
  if (stored.length < STROKES) throw new Error(`${stored.length} of ${STROKES} strokes reached the service`);
  return [
    {
      what: 'stroke, each pointer event: page thread, script and layout',
      samples: own,
      unit: 'ms',
      target: { limit: 8, of: 'p95' },
    },
    { what: 'stroke: painting, software rasterising', samples: paint, unit: 'ms' },
    { what: 'stroke: pointer event → frame (wall, software raster)', samples: wall, unit: 'ms' },
    // Without a target here: the software raster of the drawn picture takes both processors at that moment.
    { what: 'stroke: sent → durable while software raster draws', samples: stored, unit: 'ms' },
  ];
}

/** Megabytes that a process has in memory, or had at most; null where the system does not say. */
function residentMb(pid: number, field: 'VmRSS' | 'VmHWM'): number | null {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return null;
  const found = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(file, 'utf8'));
  return found ? Number(found[1]) / 1024 : null;
}

async function memory(browser: Browser, host: ChildProcess): Promise<Row[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const renderers = processInfo
    .filter((one) => one.type === 'renderer')
    .map((one) => residentMb(one.id, 'VmRSS') ?? 0);
  const [now, most] = [residentMb(host.pid!, 'VmRSS'), residentMb(host.pid!, 'VmHWM')];
  if (now === null || most === null || renderers.length === 0) return [];
  return [
    {
      what: 'memory of the page, study open',
      samples: [Math.max(...renderers)],
      unit: 'MB',
      target: { limit: 1200, of: 'median' },
    },
    {
      what: 'memory of the backend, study open',
      samples: [now],
      unit: 'MB',
      target: { limit: 600, of: 'median' },
    },
    {
      what: 'memory of the backend, at most (import)',
      samples: [most],
      unit: 'MB',
      target: { limit: 600, of: 'median' },
    },
  ];
}
