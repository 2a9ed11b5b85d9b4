// A study from the first form to the report in a browser: AI masks and what may befall them, masks from elsewhere,
// and a backend that is killed while a reader draws.
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../build/checks/browsers.ts';
import type { Case } from '../../electron/contract/cases.ts';
import type { Job } from '../../electron/contract/jobs.ts';
import { decodeMask } from '../../electron/contract/mask-bytes.ts';
import type { Provenance } from '../../electron/contract/models.ts';
import type { WorklistItem } from '../../electron/contract/reads.ts';
import type { StudyFace } from '../../electron/contract/study.ts';
import { makePhantom, PHANTOM_LABELS, readMask, writeNifti } from '../../electron/imaging/index.ts';
import { startBrowserHost, type BrowserHost } from '../../electron/serve.ts';
import { processesOf, serveStudy } from './support/processes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shots = join(root, 'out', 'test', 'screenshots');
const data = fileURLToPath(new URL('../../../shared/data/ct-abdomen', import.meta.url));
const useReal = existsSync(join(data, 'rater-full.nii.gz'));
const executablePath = findChromium();
const PASSPHRASE = 'open sesame';
const PANCREAS = 7;

const title = !executablePath
  ? 'SKIPPED: no Chromium on this machine'
  : `the workstation, masks from elsewhere ${useReal ? 'of the real abdominal CT' : 'of a phantom (no ../shared/data here)'}`;

describe.skipIf(!executablePath)(title, () => {
  let folder: string;
  let host: BrowserHost;
  let browser: Browser;
  let study: StudyFace;
  let phantom: string;
  let scan: string;
  let masks: [string, string];
  /** A mask on no case's grid. */
  let odd: string;
  let served: ChildProcess | null = null;

  const shot = (page: Page, name: string) => page.screenshot({ path: join(shots, `${name}.png`) });
  const person = (name: string) => study.people.find((p) => p.name === name)!;
  /** At the host in this process, or at another one. */
  async function call<T>(
    path: string,
    of: { bearer?: string; json?: unknown; origin?: string; token?: string } = {},
  ): Promise<T> {
    const headers: Record<string, string> = { 'x-concord-token': of.token ?? host.token };
    if (of.bearer) headers['authorization'] = `Bearer ${of.bearer}`;
    if (of.json !== undefined) headers['content-type'] = 'application/json';
    const method = of.json === undefined ? 'GET' : 'POST';
    const body = of.json === undefined ? undefined : JSON.stringify(of.json);
    const answer = await fetch(`${of.origin ?? host.origin}/api${path}`, { method, headers, body });
    expect(answer.status, path).toBeLessThan(300);
    return (await answer.json()) as T;
  }
  async function bearerOf(name: string, at: { origin?: string; token?: string } = {}): Promise<string> {
    const json = { personId: person(name).id, passphrase: PASSPHRASE };
    return (await call<{ token: string }>(`/studies/${study.id}/sign-in`, { json, ...at })).token;
  }
  async function maskAt(readId: string, bearer: string, at: { origin: string; token: string }) {
    const headers = { 'x-concord-token': at.token, authorization: `Bearer ${bearer}` };
    const answer = await fetch(`${at.origin}/api/studies/${study.id}/reads/${readId}/mask`, { headers });
    return new Uint8Array(await answer.arrayBuffer());
  }

  async function freshPage(): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    return context.newPage();
  }
  async function signIn(page: Page, name: string, address = host.address): Promise<void> {
    await page.goto(address);
    await page.goto(`${new URL(address).origin}/#/study/${study.id}/sign-in`);
    await page.getByText(name, { exact: true }).first().click();
    if (name === 'Ada') await shot(page, 'sign-in');
    await page.locator('input[type=password]').fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => !location.hash.endsWith('sign-in'));
  }
  const axial = (page: Page) => page.locator('[data-plane=axial]');
  const saved = (page: Page) =>
    page.locator('[data-testid=save-state][data-state=saved]').waitFor({ timeout: 15_000 });
  async function stroke(page: Page, y: number): Promise<void> {
    const box = (await axial(page).boundingBox())!;
    await page.mouse.move(box.x + 0.4 * box.width, box.y + y * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.6 * box.width, box.y + y * box.height, { steps: 6 });
    await page.mouse.up();
  }
  async function openCase(page: Page): Promise<void> {
    await page.getByText('Due now').first().waitFor();
    await page.keyboard.press('n');
    await axial(page).waitFor({ timeout: 30_000 });
    await saved(page);
  }
  async function inferenceJobs(bearer: string): Promise<Job[]> {
    return (await call<Job[]>(`/studies/${study.id}/jobs`, { bearer })).filter((j) => j.kind === 'inference');
  }

  beforeAll(async () => {
    mkdirSync(shots, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'concord-e2e-'));
    phantom = join(folder, 'Phantom 09.nii.gz');
    const made = makePhantom(9, { shape: [160, 160, 60], spacing: [2.4, 2.4, 4] });
    await writeNifti(phantom, { grid: made.volume.grid, voxels: made.volume.voxels });
    masks = [join(folder, 'first.nii.gz'), join(folder, 'second.nii.gz')];
    if (useReal) {
      scan = join(data, 'image.nii.gz');
      for (const [n, name] of ['rater-full', 'rater-fast'].entries()) {
        const { grid, labels } = await readMask(join(data, `${name}.nii.gz`));
        const pancreas = Uint8Array.from(labels, (label) => (label === PANCREAS ? PANCREAS : 0));
        await writeNifti(masks[n], { grid, labels: pancreas });
      }
    } else {
      scan = join(folder, 'Phantom 10.nii.gz');
      const { volume, truth } = makePhantom(10, { shape: [96, 96, 40], spacing: [4, 4, 6] });
      await writeNifti(scan, { grid: volume.grid, voxels: volume.voxels });
      const own = PHANTOM_LABELS.pancreas;
      for (const [n, path] of masks.entries()) {
        const shifted = Uint8Array.from(truth, (_, v) => (truth[v + n] === own ? PANCREAS : 0));
        await writeNifti(path, { grid: volume.grid, labels: shifted });
      }
    }
    odd = join(folder, 'other grid.nii.gz');
    const { grid } = await readMask(masks[0]);
    const half: [number, number, number] = [grid.shape[0], grid.shape[1], Math.floor(grid.shape[2] / 2)];
    const labels = new Uint8Array(half[0] * half[1] * half[2]).fill(PANCREAS, 9, 99);
    await writeNifti(odd, { grid: { ...grid, shape: half }, labels });
    host = await startBrowserHost({ home: join(folder, 'home') });
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
    served?.kill('SIGKILL');
    await browser?.close();
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a coordinator makes the study through its form, and what is wrong stands beside its field', async () => {
    const page = await freshPage();
    await page.goto(host.address);
    await page.getByRole('button', { name: 'New study' }).waitFor();
    await shot(page, 'start');
    await page.getByRole('button', { name: 'New study' }).click();
    await page.getByRole('button', { name: 'Create study' }).click();
    expect(await page.locator('[aria-invalid=true]').count()).toBe(3);
    await shot(page, 'new-study-refused');
    await page.getByLabel('Name', { exact: true }).first().fill('Workstation study');
    await page.getByLabel('Label').first().fill(String(PANCREAS));
    await page.getByPlaceholder('Pancreas', { exact: true }).fill('Pancreas');
    await page.getByRole('textbox', { name: 'Coordinator' }).fill('Cora');
    await page.getByRole('textbox', { name: 'Reader 1' }).fill('Ada');
    await page.getByRole('textbox', { name: 'Reader 2' }).fill('Ben');
    for (const n of [0, 1, 2]) await page.getByLabel('Passphrase').nth(n).fill(PASSPHRASE);
    await page.locator('input[type=number]').last().fill('0');
    await shot(page, 'new-study');
    await page.getByRole('button', { name: 'Create study' }).click();
    await page.waitForFunction(() => location.hash.endsWith('/cases'));
    const id = new URL(page.url()).hash.split('/')[2];
    study = await call<StudyFace>(`/studies/${id}`);
    expect(study.people.map((p) => p.name)).toEqual(['Cora', 'Ada', 'Ben']);
    await shot(page, 'cases-empty');

    await page.getByTestId('import-files').setInputFiles([phantom, scan]);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('2 volumes can be imported').waitFor();
    await dialog.getByRole('button', { name: /^Import/ }).click();
    await page.getByRole('row').filter({ hasText: '160 × 160 × 60' }).waitFor({ timeout: 60_000 });
    await page
      .getByRole('row')
      .filter({ hasText: useReal ? '122 × 101 × 30' : '96 × 96 × 40' })
      .waitFor();
    await page.getByText('Phantom 09', { exact: true }).click();
    await page.getByRole('dialog').getByText('SHA-256').waitFor();
    await shot(page, 'case');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await shot(page, 'keys');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Settings' }).or(page.getByRole('link', { name: 'Settings' })).first().click(); // prettier-ignore
    await page.waitForFunction(() => location.hash.includes('settings'));
    await page.waitForTimeout(400);
    await shot(page, 'settings');
    await page.context().close();
  });

  it('an AI mask: cancelled, then made whole as the read’s base; a killed process fails the job and nothing else', async () => {
    const page = await freshPage();
    await signIn(page, 'Ada');
    const bearer = await bearerOf('Ada');
    // The order of cases is each reader's own: the model knows phantoms only, so take that one.
    const items = await call<WorklistItem[]>(`/studies/${study.id}/worklist`, { bearer });
    const cora = await bearerOf('Cora');
    const cases = await call<Case[]>(`/studies/${study.id}/cases`, { bearer: cora });
    const board = await call<{ assignmentId: string; caseId: string; personId: string; roundNumber: number }[]>(
      `/studies/${study.id}/board`,
      { bearer: cora },
    ); // prettier-ignore
    const phantomCase = cases.find((c) => c.name === 'Phantom 09')!;
    const mine = board.find(
      (entry) =>
        entry.caseId === phantomCase.id && entry.personId === person('Ada').id && entry.roundNumber === 1,
    )!;
    expect(items.map((item) => item.assignmentId)).toContain(mine.assignmentId);
    await page.evaluate(
      ([id, assignment]) => (location.hash = `#/study/${id}/reading/${assignment}`),
      [study.id, mine.assignmentId],
    );
    await axial(page).waitFor({ timeout: 30_000 });
    await saved(page);
    await page.getByRole('button', { name: 'AI mask', exact: true }).click();
    const panel = page.getByRole('region', { name: 'AI mask', exact: true });
    const make = panel.getByRole('button', { name: 'Make an AI mask' });

    await make.click();
    // At once: the small model is done in seconds.
    await panel.getByRole('button', { name: 'Cancel' }).click();
    await panel.getByText(/^Cancelled/).waitFor();
    expect((await inferenceJobs(bearer))[0].state).toBe('cancelled');
    expect(processesOf('inference-process')).toEqual([]);

    await make.click();
    await panel.getByText('Phantom PanSegNet 1').waitFor({ timeout: 120_000 });
    const done = (await inferenceJobs(bearer))[0];
    expect(done.state).toBe('done');
    const { provenance } = (done as { result: { provenance: Provenance } }).result;
    await panel.getByText(provenance.provider === 'cpu' ? 'CPU' : /CUDA|WebGPU|DirectML|Core ML/).first().waitFor(); // prettier-ignore
    if (provenance.providersTried.length > 0) {
      await panel.getByText('Why not another provider').click();
      await panel.getByText(provenance.providersTried[0].reason).waitFor();
    }
    const [item] = (await call<WorklistItem[]>(`/studies/${study.id}/worklist`, { bearer })).filter(
      (entry) => entry.assignmentId === mine.assignmentId,
    );
    const voxels = 160 * 160 * 60;
    const base = decodeMask(await maskAt(item.readId!, bearer, host), voxels);
    const drawn = base.reduce((n, label) => n + Number(label === PANCREAS), 0);
    // The phantom's pancreas has tens of millilitres; the page shows what the mask bytes say.
    expect((drawn * 2.4 * 2.4 * 4) / 1000).toBeGreaterThan(20);
    await expect
      .poll(async () => {
        const texts = await page.getByText(/ mL$/).allInnerTexts();
        return texts.map((text) => Number.parseFloat(text.replace(/[,\s]/g, '')));
      })
      .toContainEqual(expect.closeTo((drawn * 2.4 * 2.4 * 4) / 1000, 0));
    await page.waitForTimeout(1500); // the 3D surface
    await shot(page, 'ai-done');

    await panel.getByRole('button', { name: 'Make another…' }).click();
    await make.click();
    await expect.poll(() => processesOf('inference-process'), { timeout: 15_000 }).toHaveLength(1);
    process.kill(processesOf('inference-process')[0], 'SIGKILL');
    await panel.getByText(/^Failed/).waitFor();
    const failed = (await inferenceJobs(bearer))[0] as Extract<Job, { state: 'failed' }>;
    expect(failed.state).toBe('failed');
    expect(failed.reason).toMatch(/^[A-Z][^\n]{20,300}\.$/);
    expect(await panel.innerText()).toContain(failed.reason);
    await shot(page, 'ai-failed');
    await page.keyboard.press('b');
    await stroke(page, 0.3);
    await expect
      .poll(async () => Buffer.compare(decodeMask(await maskAt(item.readId!, bearer, host), voxels), base))
      .not.toBe(0);
    await saved(page);
    await page.keyboard.press('Escape');
    await page.context().close();
  });

  it('masks drawn elsewhere come in as sealed reads; their Dice stands on the page and in a report that opens by itself', async () => {
    const page = await freshPage();
    await signIn(page, 'Cora');
    const wanted = useReal ? '122 × 101 × 30' : '96 × 96 × 40';
    for (const [n, path] of masks.entries()) {
      const row = page.getByRole('row').filter({ hasText: wanted });
      await row.getByRole('button', { name: 'Import mask…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Mask file').setInputFiles(n === 0 ? odd : path);
      await dialog.getByLabel('Reader').selectOption({ label: 'Ben' });
      await dialog.getByLabel('Round').selectOption({ label: `Round ${n + 1}` });
      await dialog.getByRole('button', { name: 'Import as sealed read' }).click();
      if (n === 0) {
        // On another grid first: a sentence in the dialog, and the right file can be chosen at once.
        await dialog.getByText(/other grid\.nii\.gz/).waitFor();
        await shot(page, 'mask-refused');
        await dialog.getByLabel('Mask file').setInputFiles(path);
        await dialog.getByRole('button', { name: 'Import as sealed read' }).click();
      }
      await dialog.waitFor({ state: 'detached', timeout: 30_000 });
    }
    const [a, b] = await Promise.all(masks.map(async (path) => (await readMask(path)).labels));
    const expected = dice(a, b);
    if (useReal) expect(expected).toBeCloseTo(0.8087, 4);

    await page.evaluate((id) => (location.hash = `#/study/${id}/agreement`), study.id);
    await page.getByRole('button', { name: /Compute/ }).first().click(); // prettier-ignore
    await page.getByText(/pairs? of 2 sealed reads/).waitFor({ timeout: 60_000 });
    const tab = page.getByText('Intra-reader').first();
    if (await tab.isVisible()) await tab.click();
    await page.waitForTimeout(500);
    await shot(page, 'agreement-intra');
    await page.getByText(expected.toFixed(3)).first().waitFor();

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save report' }).click(),
    ]);
    const report = join(folder, 'report.html');
    await download.saveAs(report);
    await page.context().close();
    const alone = await browser.newContext({ offline: true });
    const reader = await alone.newPage();
    const asked: string[] = [];
    const complaints: string[] = [];
    reader.on('request', (request) => asked.push(request.url()));
    reader.on('pageerror', (error) => complaints.push(error.message));
    await reader.goto(pathToFileURL(report).href);
    expect(await reader.locator('body').innerText()).toContain(expected.toFixed(3));
    expect(asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([]);
    expect(complaints).toEqual([]);
    expect(readFileSync(report, 'utf8')).not.toMatch(/(src|href)\s*=\s*["']?(https?:)?\/\//i);
    await reader.screenshot({ path: join(shots, 'report.png'), fullPage: true });
    await alone.close();
  });

  it('a backend killed while a reader draws: every stroke shown as saved is there afterwards', async () => {
    const { studies } = await call<{ studies: { id: string; folder: string }[] }>('/host');
    const path = studies.find((entry) => entry.id === study.id)!.folder;
    await host.close();
    const at = await serveStudy(path, join(folder, 'home'));
    served = at.child;
    const page = await freshPage();
    await signIn(page, 'Ben', at.address);
    await openCase(page);
    const bearer = await bearerOf('Ben', at);
    const items = await call<WorklistItem[]>(`/studies/${study.id}/worklist`, {
      bearer,
      origin: at.origin,
      token: at.token,
    });
    const { readId } = items.find((item) => item.state === 'draft')!;
    const sizes: number[] = [];
    for (const y of [0.35, 0.45, 0.55]) {
      await stroke(page, y);
      await page.waitForTimeout(60);
      await saved(page);
      sizes.push((await maskAt(readId!, bearer, at)).length);
    }
    expect(new Set(sizes).size).toBe(3);
    const before = await maskAt(readId!, bearer, at);
    const shown = await page.getByText(/ mL$/).first().innerText();
    at.child.kill('SIGKILL');
    await new Promise((resolve) => at.child.once('exit', resolve));
    await stroke(page, 0.65);
    const state = page.locator('[data-testid=save-state]');
    await page.waitForTimeout(600);
    expect(await state.getAttribute('data-state')).not.toBe('saved');
    expect(await state.innerText(), 'what is not stored is not called saved').not.toMatch(/^\s*Saved/);
    await page.getByText('Concord’s service does not answer').waitFor();
    await shot(page, 'backend-gone');
    await page.context().close();

    const again = await serveStudy(path, join(folder, 'home'));
    served = again.child;
    const after = await maskAt(readId!, await bearerOf('Ben', again), again);
    expect(Buffer.compare(after, before)).toBe(0);
    const reopened = await freshPage();
    await signIn(reopened, 'Ben', again.address);
    await reopened.getByText('Started').first().waitFor();
    await shot(reopened, 'worklist-draft');
    await reopened.keyboard.press('n');
    await axial(reopened).waitFor({ timeout: 30_000 });
    await saved(reopened);
    await expect.poll(() => reopened.getByText(/ mL$/).first().innerText()).toBe(shown);
    await shot(reopened, 'reopened');
    await reopened.context().close();
  });
});

function dice(a: Uint8Array, b: Uint8Array): number {
  let [both, total] = [0, 0];
  for (let n = 0; n < a.length; n++) {
    both += Number(a[n] === PANCREAS && b[n] === PANCREAS);
    total += Number(a[n] === PANCREAS) + Number(b[n] === PANCREAS);
  }
  return (2 * both) / total;
}
