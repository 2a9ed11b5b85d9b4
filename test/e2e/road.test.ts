// The whole road in a browser: import a scan, read it twice, blind, by two readers, and read the agreement off the page.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../build/checks/browsers.ts';
import { decodeMask, encodePatch } from '../../electron/contract/mask-bytes.ts';
import type { Read, WorklistItem } from '../../electron/contract/reads.ts';
import type { StudyFace } from '../../electron/contract/study.ts';
import { makePhantom, writeNifti } from '../../electron/imaging/index.ts';
import { startBrowserHost, type BrowserHost } from '../../electron/serve.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shots = join(root, 'out', 'test', 'screenshots');
const real = fileURLToPath(new URL('../../../shared/data/ct-abdomen/image.nii.gz', import.meta.url));
const useReal = existsSync(real);
const executablePath = findChromium();
const PASSPHRASE = 'open sesame';
/** Generous: two cores may be busy with other tests. */
const PATIENT = { timeout: 30_000 };

const title = !executablePath
  ? 'SKIPPED: no Chromium on this machine'
  : `the road on ${useReal ? 'the real abdominal CT' : 'a phantom (no ../shared/data here)'}`;

describe.skipIf(!executablePath)(title, () => {
  let folder: string;
  let image: string;
  let host: BrowserHost;
  let browser: Browser;
  let study: StudyFace;
  /** [nx, ny, nz] of the canonical grid. */
  let shape: number[];
  let firstReadOfAda: string;

  const shot = (page: Page, name: string) => page.screenshot({ path: join(shots, `${name}.png`) });

  async function call(
    method: string,
    path: string,
    options: { bearer?: string; json?: unknown; body?: Uint8Array; lease?: string | null } = {},
  ) {
    const { bearer, json, body, lease } = options;
    const headers: Record<string, string> = { 'x-concord-token': host.token };
    if (bearer) headers['authorization'] = `Bearer ${bearer}`;
    if (json !== undefined) headers['content-type'] = 'application/json';
    if (lease) headers['x-concord-lease'] = lease;
    return fetch(`${host.origin}/api${path}`, {
      method,
      headers,
      body: json !== undefined ? JSON.stringify(json) : (body as Uint8Array<ArrayBuffer> | undefined),
    });
  }
  const person = (name: string) => study.people.find((p) => p.name === name)!;
  async function bearerOf(name: string): Promise<string> {
    const json = { personId: person(name).id, passphrase: PASSPHRASE };
    return (
      (await (await call('POST', `/studies/${study.id}/sign-in`, { json })).json()) as { token: string }
    ).token;
  }

  /** A page of its own, signed in. */
  async function pageFor(name: string): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.goto(host.address);
    await page.goto(`${host.origin}/#/study/${study.id}/sign-in`);
    await page.getByText(name, { exact: true }).first().click();
    await page.locator('input[type=password]').fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => !location.hash.endsWith('sign-in'));
    return page;
  }
  const axial = (page: Page) => page.locator('[data-plane=axial]');
  const saved = (page: Page) => page.locator('[data-testid=save-state][data-state=saved]').waitFor();

  async function openNext(page: Page): Promise<string> {
    await page.waitForFunction(() => location.hash.endsWith('worklist'));
    await page.getByText('Due now').first().waitFor();
    await page.keyboard.press('n');
    await axial(page).waitFor({ timeout: 30_000 });
    await saved(page);
    return new URL(page.url()).hash.split('/').at(-1)!;
  }
  /** The only draft of a reader: ids stay out of the page's address, so the worklist is asked. */
  async function draftOf(bearer: string): Promise<WorklistItem> {
    const items = (await (
      await call('GET', `/studies/${study.id}/worklist`, { bearer })
    ).json()) as WorklistItem[];
    return items.find((item) => item.state === 'draft')!;
  }
  async function maskOf(bearer: string, readId: string): Promise<Uint8Array> {
    const answer = await call('GET', `/studies/${study.id}/reads/${readId}/mask`, { bearer });
    expect(answer.status).toBe(200);
    return decodeMask(new Uint8Array(await answer.arrayBuffer()), shape[0] * shape[1] * shape[2]);
  }
  /** Seals the read on the page of Ada; done when the backend says so. */
  async function seal(page: Page, round: number): Promise<void> {
    const button = page.getByRole('button', { name: /Seal read/ });
    await button.first().click();
    await shot(page, `seal-round-${round}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Seal read' }).click();
    const bearer = await bearerOf('Ada');
    await expect
      .poll(async () => {
        const items = (await (
          await call('GET', `/studies/${study.id}/worklist`, { bearer })
        ).json()) as WorklistItem[];
        return items.find((item) => item.round.number === round)?.state;
      }, PATIENT)
      .toBe('sealed');
  }
  async function drag(
    page: Page,
    points: [number, number][],
    steps: number,
    button: 'left' | 'right' = 'left',
  ) {
    const box = (await axial(page).boundingBox())!;
    const at = ([x, y]: [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
    await page.mouse.move(...at(points[0]));
    await page.mouse.down({ button });
    for (const point of points.slice(1)) await page.mouse.move(...at(point), { steps });
    await page.mouse.up({ button });
  }

  beforeAll(async () => {
    mkdirSync(shots, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'concord-e2e-'));
    image = real;
    if (!useReal) {
      image = join(folder, 'phantom.nii.gz');
      const { volume } = makePhantom(3, { shape: [128, 128, 40], spacing: [2.7, 2.7, 6] });
      await writeNifti(image, { grid: volume.grid, voxels: volume.voxels });
    }
    host = await startBrowserHost({ home: join(folder, 'home') });
    const protocol = {
      name: 'Road study',
      modality: 'CT',
      structures: [
        { label: 7, name: 'Pancreas', colour: '#e69f00' },
        { label: 5, name: 'Liver', colour: '#56b4e9' },
      ],
      coordinator: { name: 'Cora', passphrase: PASSPHRASE },
      readers: ['Ada', 'Ben'].map((name) => ({ name, passphrase: PASSPHRASE })),
      rounds: [1, 2].map((n) => ({ name: `Round ${n}`, arm: 'assisted', washoutDays: 0 })),
      seed: 5,
    };
    study = (await (await call('POST', '/studies', { json: { protocol } })).json()) as StudyFace;
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: [
        '--no-sandbox',
        '--use-angle=swiftshader',
        '--enable-unsafe-swiftshader',
        '--disable-background-networking',
      ],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('the coordinator imports the scan through the page and sees what was understood', async () => {
    const page = await pageFor('Cora');
    await page.getByTestId('import-files').setInputFiles(image);
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await dialog.getByText('1 volume can be imported').waitFor();
    await shot(page, 'import');
    await dialog.getByRole('button', { name: /^Import/ }).click();
    await page.getByRole('cell', { name: /×/ }).first().waitFor({ timeout: 60_000 });
    const bearer = await bearerOf('Cora');
    const cases = (await (await call('GET', `/studies/${study.id}/cases`, { bearer })).json()) as {
      volume: { grid: { shape: number[]; spacing: number[] }; originalOrientation: string; modality: string };
    }[];
    expect(cases).toHaveLength(1);
    shape = cases[0].volume.grid.shape;
    const row = page.getByRole('row').filter({ hasText: shape.join(' × ') });
    await row.getByRole('img').first().waitFor();
    expect(await row.innerText()).toContain(cases[0].volume.originalOrientation);
    expect(await row.innerText()).toContain('CT');
    await shot(page, 'cases');
    await page.context().close();
  });

  it('a reader scrolls, windows, paints, undoes, redoes, reloads, and every stroke is there', async () => {
    const page = await pageFor('Ada');
    await shot(page, 'worklist');
    await openNext(page);
    const bearer = await bearerOf('Ada');
    firstReadOfAda = (await draftOf(bearer)).readId!;
    const slice = async () => Number(await axial(page).getAttribute('data-slice'));
    const before = await slice();
    const box = (await axial(page).boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    for (let n = 0; n < 3; n++) await page.mouse.wheel(0, 100);
    await expect.poll(slice, PATIENT).toBe(before - 3);
    const windowText = () => axial(page).getByText(/^W /).innerText();
    const windowBefore = await windowText();
    await drag(page, [[0.5, 0.5], [0.6, 0.45]], 4, 'right'); // prettier-ignore
    expect(await windowText()).not.toBe(windowBefore);

    // A slow stroke, then a fast one of two far samples: neither leaves a gap.
    await drag(page, [[0.4, 0.45], [0.6, 0.45]], 12); // prettier-ignore
    await saved(page);
    await expect.poll(async () => count(await maskOf(bearer, firstReadOfAda)), PATIENT).toBeGreaterThan(0);
    const afterSlow = await maskOf(bearer, firstReadOfAda);
    expectNoGaps(afterSlow, shape, await slice());
    await drag(page, [[0.4, 0.6], [0.6, 0.6]], 1); // prettier-ignore
    await expect
      .poll(async () => count(await maskOf(bearer, firstReadOfAda)), PATIENT)
      .toBeGreaterThan(count(afterSlow));
    const afterFast = await maskOf(bearer, firstReadOfAda);
    expectNoGaps(afterFast, shape, await slice());

    await page.keyboard.press('Control+z');
    await expect
      .poll(async () => count(await maskOf(bearer, firstReadOfAda)), PATIENT)
      .toBe(count(afterSlow));
    await page.keyboard.press('Control+Shift+z');
    await expect
      .poll(async () => count(await maskOf(bearer, firstReadOfAda)), PATIENT)
      .toBe(count(afterFast));
    await page.waitForTimeout(1500); // the 3D surface
    await shot(page, 'reading-room');

    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await shot(page, 'palette');
    await page.keyboard.press('Escape');

    const shown = await page.getByText(/ mL$/).first().innerText();
    await page.reload();
    await axial(page).waitFor({ timeout: 30_000 });
    await expect.poll(() => page.getByText(/ mL$/).first().innerText(), PATIENT).toBe(shown);
    expect(await maskOf(bearer, firstReadOfAda)).toEqual(afterFast);
    await page.context().close();
  });

  it('a second window on the same read is refused while the first holds it', async () => {
    const first = await pageFor('Ada');
    await openNext(first);
    const { assignmentId } = await draftOf(await bearerOf('Ada'));
    const answer = await call('POST', `/studies/${study.id}/reads`, {
      bearer: await bearerOf('Ada'),
      json: { assignmentId },
    });
    expect(answer.status).toBe(409);
    const { code, detail: sentence } = (await answer.json()) as { code: string; detail: string };
    expect(code).toBe('read-open-elsewhere');
    const second = await pageFor('Ada');
    await second.keyboard.press('n');
    await second.getByText(sentence.split('.')[0]).first().waitFor(); // the seconds differ
    await shot(second, 'open-elsewhere');
    await second.context().close();
    await seal(first, 1);
    await first.context().close();
  });

  it('round 2 is blind: the first mask is out of reach, and starts empty', async () => {
    const page = await pageFor('Ada');
    await openNext(page);
    const bearer = await bearerOf('Ada');
    const draft = await draftOf(bearer);
    expect(draft.round.number).toBe(2);
    const first = await call('GET', `/studies/${study.id}/reads/${firstReadOfAda}/mask`, { bearer });
    expect(first.status).toBe(404);
    expect(count(await maskOf(bearer, draft.readId!))).toBe(0);
    await drag(page, [[0.42, 0.46], [0.6, 0.46]], 10); // prettier-ignore
    await expect.poll(async () => count(await maskOf(bearer, draft.readId!)), PATIENT).toBeGreaterThan(0);
    await saved(page);
    await seal(page, 2);
    await page.context().close();
  });

  it('a second reader seals both rounds', async () => {
    const bearer = await bearerOf('Ben');
    for (const round of [1, 2]) {
      const items = (await (
        await call('GET', `/studies/${study.id}/worklist`, { bearer })
      ).json()) as WorklistItem[];
      const { assignmentId } = items.find((item) => item.round.number === round)!;
      const read = (await (
        await call('POST', `/studies/${study.id}/reads`, { bearer, json: { assignmentId } })
      ).json()) as Read;
      const body = ball(shape, 3 + round);
      const query = 'seq=1&tool=Brush&label=7&milliseconds=10';
      const stored = await call('POST', `/studies/${study.id}/reads/${read.id}/patches?${query}`, {
        bearer,
        body,
        lease: read.lease,
      });
      expect(stored.status).toBe(200);
      const sealed = await call('POST', `/studies/${study.id}/reads/${read.id}/seal`, {
        bearer,
        lease: read.lease,
      });
      expect(sealed.status).toBe(200);
    }
  });

  it('the agreement on the page is the one computed here from the sealed masks, and the report says the same', async () => {
    const page = await pageFor('Cora');
    await page.evaluate((id) => (location.hash = `#/study/${id}/agreement`), study.id);
    await page
      .getByRole('button', { name: /Compute/ })
      .first()
      .click();
    await page.getByText(/pairs of 4 sealed reads/).waitFor({ timeout: 60_000 });
    const bearer = await bearerOf('Cora');
    const board = (await (await call('GET', `/studies/${study.id}/board`, { bearer })).json()) as {
      personId: string;
      roundNumber: number;
      readId: string;
    }[];
    const maskBy = (name: string, round: number) =>
      maskOf(
        bearer,
        board.find((entry) => entry.personId === person(name).id && entry.roundNumber === round)!.readId,
      );
    const intra = dice(await maskBy('Ben', 1), await maskBy('Ben', 2), 7);
    const inter = [1, 2].map(async (round) =>
      dice(await maskBy('Ada', round), await maskBy('Ben', round), 7),
    );
    const mean = (await Promise.all(inter)).reduce((a, b) => a + b, 0) / 2;
    await page.waitForTimeout(1000);
    await shot(page, 'agreement');
    await page.getByText(mean.toFixed(3)).first().waitFor();
    await page.getByText('Intra-reader').first().click();
    await page.getByText(intra.toFixed(3)).first().waitFor();

    const report = await (await call('GET', `/studies/${study.id}/report.html`, { bearer })).text();
    expect(report).toContain(mean.toFixed(3));
    expect(report).not.toMatch(/(src|href)\s*=\s*["']?(https?:)?\/\//i);
    for (const name of ['board', 'protocol', 'models', 'audit']) {
      await page.evaluate(([id, to]) => (location.hash = `#/study/${id}/${to}`), [study.id, name]);
      await page.waitForTimeout(800);
      await shot(page, name);
    }
    await page
      .getByRole('button', { name: /Verify/ })
      .first()
      .click();
    await page
      .getByText(/intact/i)
      .first()
      .waitFor();
    await page.context().close();
  });

  it('speaks to nobody but its own host', () => {
    const html = readFileSync(join(root, 'out', 'renderer', 'index.html'), 'utf8');
    // An SVG namespace inside a data: address is a name, not a place.
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//);
  });
});

function count(mask: Uint8Array): number {
  return mask.reduce((n, label) => n + Number(label !== 0), 0);
}

function dice(a: Uint8Array, b: Uint8Array, label: number): number {
  let [both, total] = [0, 0];
  for (let n = 0; n < a.length; n++) {
    both += Number(a[n] === label && b[n] === label);
    total += Number(a[n] === label) + Number(b[n] === label);
  }
  return (2 * both) / total;
}

/** Every column between the first and the last painted one has paint, on the slice that was painted. */
function expectNoGaps(mask: Uint8Array, [nx, ny]: number[], slice: number): void {
  const painted = Array.from({ length: nx }, (_, i) => {
    for (let j = 0; j < ny; j++) if (mask[i + nx * (j + ny * slice)] !== 0) return true;
    return false;
  });
  const [first, last] = [painted.indexOf(true), painted.lastIndexOf(true)];
  expect(last - first).toBeGreaterThan(5);
  expect(painted.slice(first, last + 1)).not.toContain(false);
}

/** Patch bytes of a ball of label 7 in the middle of an empty mask. */
function ball([nx, ny, nz]: number[], radius: number): Uint8Array {
  const indices: number[] = [];
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++) {
        const [x, y, z] = [i - nx / 2, j - ny * 0.45, k - nz / 2 + 3];
        if (x * x + y * y + z * z < radius * radius) indices.push(i + nx * (j + ny * k));
      }
    }
  }
  return encodePatch(indices, new Uint8Array(indices.length), new Uint8Array(indices.length).fill(7));
}
