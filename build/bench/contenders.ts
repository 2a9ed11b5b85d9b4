// Concord, NiiVue and Cornerstone3D behind one face: each with one axial view of the same size in a page of its own.
import type { Browser, Page } from 'playwright-core';
import { studyOnHost } from '../../test/fixtures/study-on-host.ts';
import { ORGANS } from './material.ts';
import { pageThread, type Thread } from './page-thread.ts';
import type { PeersHost } from './peers/host.ts';
import { allVoxels, openCase, worklistPage } from './reading-page.ts';
import type { RunningHost } from './start-host.ts';

/** What a peer's page offers (see peers/niivue.mjs). */
interface Peer {
  load(url: string): Promise<void>;
  brush(radius: number): void | Promise<void>;
  look(): void;
  settled(): void;
  marked(): number;
  slice(): number;
}

declare global {
  interface Window {
    peer: Peer;
  }
}

/** A viewer that has the scan open. */
export interface Contender {
  name: string;
  page: Page;
  /** Milliseconds from asking for the scan to its first picture. */
  loaded: number;
  thread: Thread;
  /** Where the axial view is, CSS pixels. */
  view: { x: number; y: number; width: number; height: number };
  /** Takes up a round brush of `RADIUS_MM`. */
  brush(): Promise<void>;
  /** Puts it down, so that the wheel and the pointer only look. */
  look(): Promise<void>;
  /** A number that changes with the slice. */
  slice(): Promise<string>;
  /** Voxels of the drawn mask, once everything that was drawn has arrived there. */
  marked(): Promise<number>;
  close(): Promise<void>;
}

export const RADIUS_MM = 8;
const CONCORD_VIEW = '[aria-label^="Axial view"]';
const VIEWS = '[data-view]';

/** Waits for the next frame and until its picture is really there: one pixel of it is read back. */
const settle = (page: Page, peer: boolean) => () =>
  page.evaluate(
    ({ peer, view }) =>
      new Promise<void>((resolve) =>
        requestAnimationFrame(() =>
          setTimeout(() => {
            if (peer) window.peer.settled();
            else
              document
                .querySelector<HTMLCanvasElement>(`${view} canvas`)!
                .getContext('2d')!
                .getImageData(0, 0, 1, 1);
            resolve();
          }),
        ),
      ),
    { peer, view: CONCORD_VIEW },
  );

/** Imports `image` into a new study, called `name`, and opens the case with one axial view. */
export async function openConcord(
  browser: Browser,
  host: RunningHost,
  image: string,
  name: string,
): Promise<Contender & { imported: number }> {
  const began = performance.now();
  const study = await studyOnHost(host.address, image, ORGANS, { name });
  const imported = performance.now() - began;
  const page = await worklistPage(browser, host.address.address, study);
  const loaded = await openCase(page);
  await allVoxels(page);
  const view = page.locator(CONCORD_VIEW).first();
  await view.click({ position: { x: 5, y: 5 } });
  for (let n = 0; n < 4 && (await page.locator(VIEWS).count()) > 1; n++) await page.keyboard.press('y');
  const box = (await view.boundingBox())!;
  let wider = false;
  return {
    name: 'Concord',
    page,
    loaded,
    imported,
    thread: await pageThread(page, settle(page, false)),
    view: box,
    async brush() {
      await page.keyboard.press('b');
      // 8 mm at first; 16 mm across is five steps wider.
      if (!wider) for (let n = 0; n < 5; n++) await page.keyboard.press(']');
      wider = true;
    },
    look: () => page.keyboard.press('Escape'),
    slice: async () => (await view.getAttribute('aria-label')) ?? '',
    async marked() {
      await page.locator('[data-testid=save-state][data-state=saved]').waitFor();
      const { stored } = await page.evaluate(() => ({
        stored: performance.getEntriesByType('resource').filter((entry) => entry.name.includes('/patches?'))
          .length,
      }));
      return stored;
    },
    close: () => page.close(),
  };
}

/** Opens a peer's page, as large as Concord's axial view, and loads the scan there. */
export async function openPeer(
  browser: Browser,
  host: PeersHost,
  name: 'niivue' | 'cornerstone',
  size: { width: number; height: number },
): Promise<Contender> {
  const page = await browser.newPage({
    viewport: { width: Math.round(size.width), height: Math.round(size.height) },
  });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(host.page(name));
  await page.waitForFunction(() => 'peer' in window);
  const loaded = await page.evaluate(async (url) => {
    const began = performance.now();
    await window.peer.load(url);
    return performance.now() - began;
  }, host.scan);
  if (errors.length > 0) throw new Error(`${name}: ${errors[0]}`);
  return {
    name: name === 'niivue' ? 'NiiVue' : 'Cornerstone3D',
    page,
    loaded,
    thread: await pageThread(page, settle(page, true)),
    view: { x: 0, y: 0, ...page.viewportSize()! },
    brush: () => page.evaluate((radius) => window.peer.brush(radius), RADIUS_MM),
    look: () => page.evaluate(() => window.peer.look()),
    slice: () => page.evaluate(() => String(window.peer.slice())),
    marked: () => page.evaluate(() => window.peer.marked()),
    close: () => page.close(),
  };
}
