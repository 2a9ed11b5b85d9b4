// Screens of several reads (consensus, disagreement), of a desk that was left, of instructions, and of oblique views:
// in every window size, as in screens.test.ts.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BoardEntry } from '../../electron/contract/reads.ts';
import type { StudyFace } from '../../electron/contract/study.ts';
import { encodePng } from '../../electron/imaging/index.ts';
import { executablePath, ScreenBook, SIZES } from './support/screen-book.ts';
import type { ScreenStudies, ScreenStudy } from './support/screen-studies.ts';

type Hands = Pick<ScreenBook, 'look' | 'coordinator' | 'reader' | 'text' | 'press' | 'room'>;
const title = executablePath ? 'screens of several reads' : 'SKIPPED: no Chromium on this machine (screens)';

describe.skipIf(!executablePath)(title, () => {
  let book: ScreenBook;
  let page: Page;
  let studies: ScreenStudies;
  let { look, coordinator, reader, text, press, room }: Hands = {} as Hands;
  beforeAll(async () => {
    book = await ScreenBook.open();
    ({ page, studies, look, coordinator, reader, text, press, room } = book);
  });
  afterAll(() => book?.close());
  afterEach(async () => {
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    expect(book.complaints.splice(0)).toEqual([]);
  });
  const strip = () => page.getByTestId('disagreement-strip').waitFor({ timeout: 60_000 });

  it('consensus: the list, the choice of reads, the room, its seal, and what came of it', async () => {
    await coordinator(studies.empty, 'adjudication');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await look('consensus-none', [SIZES[0], SIZES[4]]);
    await coordinator(studies.demo, 'adjudication');
    await page.getByRole('button', { name: 'Adjudicate', exact: true }).first().waitFor();
    await look('consensus-list');
    await page.getByRole('button', { name: 'Adjudicate', exact: true }).first().click();
    await page.getByRole('dialog').waitFor();
    await look('consensus-start');
    await press('Start the consensus');
    await strip();
    await look('consensus-room');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog').waitFor();
    await look('consensus-seal');
    await page.getByRole('dialog').getByRole('button', { name: 'Seal the consensus' }).click();
    await text('The consensus is sealed.');
    await page.getByRole('button', { name: 'Close this message' }).first().click();
    await look('consensus-sealed', [SIZES[0], SIZES[4]]);
    await coordinator(studies.demo, 'adjudication');
    await page.getByRole('button', { name: 'Look', exact: true }).first().click();
    await text('How it came about');
    await look('consensus-look');
  });

  it('disagreement: all sealed reads of a case beside each other', async () => {
    const { id, call, coordinator: bearer } = studies.demo;
    const board = await call<BoardEntry[]>('GET', `/studies/${id}/board`, undefined, bearer);
    const sealed = board.filter(({ state }) => state === 'sealed');
    const reads = sealed.filter(({ caseId }) => caseId === sealed[0].caseId).map(({ readId }) => readId);
    expect(reads.length).toBeGreaterThan(1);
    await coordinator(studies.demo, `disagreement/${reads.slice(0, 2).join(',')}`);
    await strip();
    await look('disagreement-2');
    await coordinator(studies.demo, `disagreement/${reads.join(',')}`);
    await strip();
    await look('disagreement-all');
    // One stop for Tab, whatever the number of regions; arrows from one to the next.
    const regions = page.getByRole('list', { name: 'Regions of disagreement' }).getByRole('button');
    await regions.first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const pressed = () => regions.evaluateAll((all) => all.map((one) => one.ariaPressed).indexOf('true'));
    expect(await pressed()).toBe(2);
    expect(await regions.nth(2).evaluate((one) => one === document.activeElement)).toBe(true);
    await page.keyboard.press('Home');
    expect(await pressed()).toBe(0);
    expect(await regions.evaluateAll((all) => all.filter((one) => one.tabIndex === 0).length)).toBe(1);
  });

  it('oblique: in each layout that has a fourth view', async () => {
    await room(studies.demo);
    await page.keyboard.press('Alt+o');
    await page.locator('[data-oblique], [aria-label*=blique]').first().waitFor();
    for (const [n, layout] of ['1 + 3', '2 × 2'].entries()) {
      await page.getByText(layout, { exact: true }).first().click();
      await look(`oblique-${n}`);
    }
    await page.keyboard.press('Alt+o');
  });

  it('instructions beside the picture, with an example', async () => {
    const { id, coordinator: bearer } = studies.washout;
    const told = {
      text: 'Outline the pancreas head on every slice. Leave the duct in.\n\nThe nodule belongs to the gland.',
      minutesPerRead: 20,
      timeIsUp: 'shown',
    };
    await studies.washout.call('POST', `/studies/${id}/instructions`, told, bearer);
    const pixels = Uint8Array.from({ length: 240 * 160 }, (_, n) => ((n % 240) + Math.floor(n / 240)) / 2);
    const answer = await fetch(
      `${book.host.origin}/api/studies/${id}/instructions/pictures?label=1&caption=The%20head%20ends%20at%20the%20vein`,
      {
        method: 'POST',
        headers: { 'x-concord-token': book.host.token, authorization: `Bearer ${bearer}` },
        body: encodePng({ width: 240, height: 160, pixels }) as Uint8Array<ArrayBuffer>,
      },
    );
    expect(answer.ok).toBe(true);
    await room(studies.washout);
    await page.getByRole('dialog').waitFor();
    await press('Look at the picture first');
    const panel = page.getByRole('complementary', { name: 'Instructions' });
    if (!(await panel.isVisible())) await press(/^Instructions/);
    await panel.getByText('The head ends at the vein').waitFor();
    await look('instructions');
    await coordinator(studies.washout, 'protocol');
    await text('The head ends at the vein');
    await look('protocol-instructions', [SIZES[0], SIZES[4]]);
  });

  describe('a desk that was left', () => {
    /** Pages ask every half a minute whether their sign-in still holds. */
    const noticed = { timeout: 60_000 };
    const limit = { timeout: 180_000 };
    /** The sign-ins that the tests held ended with the desk that was left. */
    const anew = async (study: ScreenStudy, role: 'coordinator' | 'reader', passphrase: string) => {
      const { people } = await study.call<StudyFace>('GET', `/studies/${study.id}`);
      const personId = people.find((person) => person.role === role)!.id;
      const path = `/studies/${study.id}/sign-in`;
      study[role] = (await study.call<{ token: string }>('POST', path, { personId, passphrase })).token;
    };
    const signOutWords = () => page.getByText(/signed out after 30 minutes/).waitFor();

    it('pages go back to the sign-in, which says why', limit, async () => {
      await anew(studies.washout, 'reader', 'open sesame');
      await reader(studies.washout, 'worklist');
      await text('Later');
      book.leaveTheDesk();
      await page.locator('input[type=password]').waitFor(noticed);
      await signOutWords();
      await look('idle-locked');
    });

    it('reads beside each other are covered until their person is back', limit, async () => {
      await anew(studies.demo, 'coordinator', 'demo');
      const path = `/studies/${studies.demo.id}/board`;
      const board = await studies.demo.call<BoardEntry[]>('GET', path, undefined, studies.demo.coordinator);
      const reads = board.filter(({ state }) => state === 'sealed').slice(0, 2).map(({ readId }) => readId); // prettier-ignore
      await coordinator(studies.demo, `disagreement/${reads.join(',')}`);
      await strip();
      book.leaveTheDesk();
      await page.getByRole('dialog', { name: /^Sign in again/ }).waitFor(noticed);
      await signOutWords();
      expect(await page.getByTestId('disagreement-strip').isVisible()).toBe(false);
      await look('idle-covered');
      await page.locator('input[type=password]').fill('demo');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await page.getByTestId('disagreement-strip').isVisible()).toBe(true);
    });
  });
});
