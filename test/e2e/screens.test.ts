// Every screen and state, in every window size: nothing cut, covered or faint, everything named and reachable by keys.
// CONCORD_SHOTS=FOLDER keeps a picture of each. Rooms of several reads are in screens-together.test.ts.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BoardEntry } from '../../electron/contract/reads.ts';
import { executablePath, ScreenBook, SIZES } from './support/screen-book.ts';
import type { ScreenStudies } from './support/screen-studies.ts';

type Hands = Pick<ScreenBook, 'look' | 'visit' | 'coordinator' | 'reader' | 'text' | 'press' | 'room'>;
const title = executablePath ? 'screens' : 'SKIPPED: no Chromium on this machine (screens)';

describe.skipIf(!executablePath)(title, () => {
  let book: ScreenBook;
  let folder: string;
  let page: Page;
  let studies: ScreenStudies;
  let { look, visit, coordinator, reader, text, press, room }: Hands = {} as Hands;
  beforeAll(async () => {
    book = await ScreenBook.open();
    ({ folder, page, studies, look, visit, coordinator, reader, text, press, room } = book);
  });
  afterAll(() => book?.close());
  afterEach(async () => {
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    expect(book.complaints.splice(0)).toEqual([]);
  });

  it('start: with studies, without, one that is gone, a folder to open', async () => {
    await visit('#/');
    await text('Demo: abdominal');
    await look('start');
    await press('Open a study…');
    await page.getByRole('dialog').waitFor();
    await look('start-open', [SIZES[0], SIZES[4]]);
    const answer = async (change: (host: { studies: object[] }) => void) => {
      await page.unrouteAll();
      await page.route('**/api/host', async (route) => {
        const response = await route.fetch();
        const body = (await response.json()) as { studies: object[] };
        change(body);
        await route.fulfill({ response, json: body });
      });
      await visit('#/');
    };
    await answer((body) => (body.studies = []));
    await text(/No study yet/);
    await look('start-empty');
    await answer(({ studies: [first] }) => Object.assign(first, { available: false, problem: `${folder}/Pancreas study of the year before last.concord is not there any more. It may have been moved or renamed.` })); // prettier-ignore
    await text(/not there any more/);
    await look('start-gone', [SIZES[0], SIZES[4]]);
  });

  it('demo: being made, failed', async () => {
    const making = {
      state: 'making',
      step: 'Reader A reads case 2, round 1',
      fraction: 0.62,
      secondsLeft: 21,
    };
    await page.route('**/api/studies/demo', (route) =>
      route.request().method() === 'GET' ? route.fulfill({ json: making }) : undefined,
    );
    await visit('#/demo');
    await text('21 s left');
    await look('demo-making');
    await page.unrouteAll();
    await page.route('**/api/studies/demo', (route) =>
      route.fulfill({ status: 507, contentType: 'application/problem+json', json: { type: 'about:blank', title: 'disk-full', status: 507, code: 'disk-full', detail: 'The disk with the study is full. Nothing was changed; make room and try again.' } }),
    ); // prettier-ignore
    await visit('#/');
    await visit('#/demo');
    await text(/disk with the study is full/);
    await look('demo-failed', [SIZES[0], SIZES[4]]);
  });

  it('new study, with what is missing in it', async () => {
    await visit('#/new');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await look('new');
    await press(/Create/);
    await look('new-refused', [SIZES[0], SIZES[4]]);
  });

  it('sign-in, and a wrong passphrase', async () => {
    await visit(`#/study/${studies.washout.id}/sign-in`);
    await page.locator('input[type=password]').waitFor();
    await look('sign-in');
    await text('Ben');
    await page.getByText('Ben', { exact: true }).click();
    await page.locator('input[type=password]').fill('open says me');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').first().waitFor();
    await look('sign-in-wrong', [SIZES[0], SIZES[4]]);
  });

  it('cases: filled, one of them, none, import with a refusal', async () => {
    await coordinator(studies.washout, 'cases');
    await text('Case A');
    await look('cases');
    await press('Case A');
    await page.getByRole('dialog').waitFor();
    await look('case');
    await coordinator(studies.empty, 'cases');
    await text(/No case/i);
    await look('cases-empty');
    await page.getByTestId('import-files').setInputFiles([studies.files.good, studies.files.bad]);
    await text(/Abdomen 02/);
    await page.getByRole('dialog').getByRole('button', { name: /Import/ }).waitFor(); // prettier-ignore
    await look('import');
  });

  it('worklist: due, locked, sealed; empty', async () => {
    await reader(studies.washout, 'worklist');
    await text('Later');
    await look('worklist');
    await reader(studies.empty, 'worklist');
    await text('Nothing to read yet');
    await look('worklist-empty', [SIZES[0], SIZES[4]]);
  });

  it('board, and one read of it', async () => {
    await coordinator(studies.washout, 'board');
    await text('Case A');
    await look('board');
    await page.locator('table button.sealed').first().click();
    await page.getByRole('dialog').waitFor();
    await look('board-read');
    await coordinator(studies.empty, 'board');
    await page.getByRole('heading').first().waitFor();
    await look('board-empty', [SIZES[0], SIZES[4]]);
  });

  it('agreement: computed, and nothing to compare', async () => {
    await coordinator(studies.demo, 'agreement');
    await page.locator('svg').nth(3).waitFor();
    await page.waitForTimeout(400);
    await look('agreement');
    await coordinator(studies.empty, 'agreement');
    await page.getByRole('heading').first().waitFor();
    await look('agreement-empty', [SIZES[0], SIZES[4]]);
  });

  it('protocol, audit, models, settings', async () => {
    await coordinator(studies.washout, 'protocol');
    await text('Image quality');
    await look('protocol');
    await coordinator(studies.demo, 'audit');
    await page.locator('table tbody tr').first().waitFor();
    await look('audit');
    await coordinator(studies.demo, 'models');
    await text('Phantom PanSegNet');
    await look('models');
    for (const more of ['drift', 'bundles']) {
      await coordinator(studies.demo, more);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForTimeout(300);
      await look(more);
    }
    await coordinator(studies.demo, 'settings');
    await text('Pen and touch');
    await look('settings');
  });

  it('palette, keys and jobs', async () => {
    await coordinator(studies.demo, 'cases');
    await text('Phantom 01');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await look('palette');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await look('keys');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+j');
    await look('jobs');
  });

  it('no such page, a reader on a page of the coordinator, a service that does not answer', async () => {
    await visit('#/nowhere');
    await text('There is no such page');
    await look('unknown', [SIZES[0]]);
    await reader(studies.demo, 'board');
    await text('Only the coordinator sees this page');
    await look('not-yours', [SIZES[0]]);
    await page.route('**/api/host', (route) => route.abort());
    await visit('#/');
    await text('That did not work');
    await look('error');
  });

  it('reading room: layouts, rails, every tool', async () => {
    await room(studies.demo);
    for (const layout of ['1 + 3', '2 × 2', '1', '1 | 1']) {
      await page.getByText(layout, { exact: true }).first().click();
      await look(`room-${['1 + 3', '2 × 2', '1', '1 | 1'].indexOf(layout)}`);
    }
    await page.getByText('2 × 2', { exact: true }).click();
    const tools = page.locator('[aria-label="Tools"] button');
    for (let n = 0; n < (await tools.count()); n++) {
      await tools.nth(n).click();
      await look(`tool-${String(n).padStart(2, '0')}`, [SIZES[0]]);
    }
  });

  it('reading room: sealing, signed out meanwhile, the service lost', async () => {
    await room(studies.demo);
    await press('Seal read…');
    await page.getByRole('dialog').waitFor();
    await look('seal');
    await page.keyboard.press('Escape');
    await page.route('**/api/**', (route) => route.abort());
    await text(/does not answer/);
    await look('room-lost', [SIZES[0], SIZES[3]]);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.route('**/api/studies/*/**', (route) =>
      route.fulfill({ status: 401, contentType: 'application/problem+json', json: { type: 'about:blank', title: 'sign-in-needed', status: 401, code: 'sign-in-needed', detail: 'Sign in first.' } }),
    ); // prettier-ignore
    await page.locator('input[type=password]').waitFor({ timeout: 60_000 });
    await look('room-signed-out', [SIZES[0], SIZES[4]]);
  });

  it('reading room: questions before the first stroke and at the seal', async () => {
    await room(studies.washout);
    await page.getByRole('dialog').waitFor();
    await look('questions-before');
    await press('Look at the picture first');
    await look('questions-put-off', [SIZES[0]]);
    await press('Seal read…');
    await page.getByRole('dialog').waitFor();
    await look('questions-seal');
  });

  it('looking at a sealed read', async () => {
    const board = await studies.demo.call<BoardEntry[]>('GET', `/studies/${studies.demo.id}/board`, undefined, studies.demo.coordinator); // prettier-ignore
    const sealed = board.find(({ state }) => state === 'sealed')!;
    await coordinator(studies.demo, `look/${sealed.readId}`);
    await page.locator('[data-plane=axial]').first().waitFor();
    await page.waitForFunction(() => !document.body.innerText.includes('Loading the picture'));
    await look('look');
  });
});
