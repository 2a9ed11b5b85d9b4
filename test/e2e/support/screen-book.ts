// Every screen in every window size: goes to it, looks at it with a careful eye, keeps its picture.
// CONCORD_SHOTS=FOLDER keeps the pictures.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { findChromium } from '../../../build/checks/browsers.ts';
import { IDLE_LOCK_MINUTES } from '../../../electron/contract/design.ts';
import type { WorklistItem } from '../../../electron/contract/reads.ts';
import { startBrowserHost, type BrowserHost } from '../../../electron/serve.ts';
import { auditFocus, auditPage } from './page-audit.ts';
import { screenStudies, type ScreenStudies, type ScreenStudy } from './screen-studies.ts';

export const executablePath = findChromium();
const shots = process.env['CONCORD_SHOTS'] ?? null;

/** CSS pixels and device pixels to one: two whole screens, and 1440 × 900 scaled to 125, 150 and 200 %. */
export const SIZES = [
  [1280, 800, 1],
  [1440, 900, 1],
  [1152, 720, 1.25],
  [960, 600, 1.5],
  [720, 450, 2],
] as const;

/** A page that draws nothing any more says so, instead of being waited for until the test ends. */
const NO_FRAME_MS = 20_000;

export class ScreenBook {
  readonly folder: string;
  readonly host: BrowserHost;
  readonly studies: ScreenStudies;
  readonly page: Page;
  /** What went wrong in the page without anyone catching it. */
  readonly complaints: string[] = [];
  private readonly browser: Browser;
  private readonly devices: CDPSession;
  /** Sets the idle lock's clock forward: whoever is signed in is signed out, those of `studies` too. */
  readonly leaveTheDesk: () => void;

  private constructor(
    of: Pick<ScreenBook, 'folder' | 'host' | 'studies' | 'page' | 'leaveTheDesk'> & {
      browser: Browser;
      devices: CDPSession;
    },
  ) {
    this.folder = of.folder;
    this.host = of.host;
    this.studies = of.studies;
    this.page = of.page;
    this.browser = of.browser;
    this.devices = of.devices;
    this.leaveTheDesk = of.leaveTheDesk;
    this.page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  static async open(): Promise<ScreenBook> {
    const folder = mkdtempSync(join(tmpdir(), 'concord-screens-'));
    let minutesAway = 0;
    const monotonic = () => performance.now() + minutesAway * 60_000;
    const host = await startBrowserHost({ home: join(folder, 'home'), monotonic });
    const leaveTheDesk = () => void (minutesAway += IDLE_LOCK_MINUTES + 1);
    const studies = await screenStudies(host, folder, (path) => writeFileSync(path, 'not a volume'));
    const args = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
    const browser = await chromium.launch({ executablePath: executablePath!, args });
    const viewport = { width: 1280, height: 800 };
    const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const devices = await context.newCDPSession(page);
    await page.goto(host.address);
    if (shots) mkdirSync(shots, { recursive: true });
    return new ScreenBook({ folder, host, studies, page, browser, devices, leaveTheDesk });
  }
  async close(): Promise<void> {
    await this.browser.close();
    await this.host.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async resize([width, height, deviceScaleFactor]: (typeof SIZES)[number]): Promise<void> {
    const metrics = { width, height, deviceScaleFactor, mobile: false };
    await this.devices.send('Emulation.setDeviceMetricsOverride', metrics);
    const drawn = await this.page.evaluate(
      (limit) =>
        new Promise<boolean>((done) => {
          setTimeout(() => done(false), limit);
          requestAnimationFrame(() => requestAnimationFrame(() => done(true)));
        }),
      NO_FRAME_MS,
    );
    if (!drawn) throw new Error(`the page drew nothing for ${NO_FRAME_MS / 1000} s at ${width} × ${height}`);
    // Plots and views are drawn again after their room has changed.
    await this.page.waitForTimeout(60);
  }
  /** Looks at what is on the page now, in every size; fails with all flaws at once. */
  readonly look = async (name: string, sizes: readonly (typeof SIZES)[number][] = SIZES): Promise<void> => {
    const flaws: string[] = [];
    for (const size of sizes) {
      await this.resize(size);
      const whole = size === sizes[0] && !name.startsWith('tool-');
      const found = await auditPage(this.page, { thorough: whole });
      if (whole) found.push(...(await auditFocus(this.page)));
      flaws.push(...found.map((flaw) => `${size.slice(0, 2).join('×')}: ${flaw}`));
      if (shots) {
        // Not Playwright's own, which would set the window's size anew.
        const { data } = await this.devices.send('Page.captureScreenshot', { format: 'png' });
        writeFileSync(join(shots, `${name}-${size[0]}.png`), Buffer.from(data, 'base64'));
      }
    }
    await this.resize(SIZES[0]);
    expect.soft(flaws, name).toEqual([]);
  };
  /** Goes to a page of the study as the one who holds `token` (nobody: signed out). */
  readonly visit = async (hash: string, study?: ScreenStudy, token?: string): Promise<void> => {
    await this.page.evaluate(
      (kept) => sessionStorage.setItem('concord.sign-ins', JSON.stringify(kept)),
      study && token ? { [study.id]: token } : {},
    );
    await this.page.goto('about:blank');
    await this.page.goto(`${this.host.origin}/${hash}`);
    await this.page.locator('#app > *').first().waitFor();
  };
  readonly coordinator = (study: ScreenStudy, at: string) =>
    this.visit(`#/study/${study.id}/${at}`, study, study.coordinator);
  readonly reader = (study: ScreenStudy, at: string) =>
    this.visit(`#/study/${study.id}/${at}`, study, study.reader);
  readonly text = (words: string | RegExp) => this.page.getByText(words).first().waitFor();
  readonly press = (name: string | RegExp) => this.page.getByRole('button', { name }).first().click();
  /** The reading room of the first read that is due, with its whole picture. */
  readonly room = async (study: ScreenStudy): Promise<void> => {
    const path = `/studies/${study.id}/worklist`;
    const items = await study.call<WorklistItem[]>('GET', path, undefined, study.reader);
    const due = items.find(({ state }) => state === 'due' || state === 'draft')!;
    await this.reader(study, `reading/${due.assignmentId}`);
    await this.page.locator('[data-plane=axial]').first().waitFor();
    await this.page.waitForFunction(() => !document.body.innerText.includes('Loading the picture'));
  };
}
