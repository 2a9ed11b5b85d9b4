// The stored agreement: what is computed, what is kept when a run is cut off, what a damaged mask costs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBareStudy, type BareStudy } from '../../../test/fixtures/bare-study.ts';
import { drawnMask, sealReads, type Hand } from '../../../test/fixtures/sealed-study.ts';
import { closeAgreement } from '../../workers/agreement-client.ts';
import { agreementCsv } from '../../cli/agreement-csv.ts';
import { agreementText } from '../../cli/agreement-text.ts';
import { AgreementSchema } from '../../contract/agreement.ts';
import { createReportService } from '../reports/service.ts';
import { createJobService, type JobService } from '../jobs/service.ts';
import { createAgreementService, type AgreementService } from './service.ts';

// Threads start while other tests run.
vi.setConfig({ testTimeout: 60_000 });
const SHAPE: [number, number, number] = [48, 32, 16];
let folder: string;
let bare: BareStudy;
let jobs: JobService;
let agreement: AgreementService;

const draw = (hand: Hand) => drawnMask(hand, SHAPE, [1, 1, 2], 0.4);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'concord-agreement-'));
  bare = await createBareStudy(join(folder, 'Bare.concord'), {
    shape: SHAPE,
    readers: ['Ada', 'Ben', 'Cleo'],
    cases: 6,
  });
  jobs = createJobService();
  agreement = createAgreementService({ jobs });
});
afterEach(async () => {
  await jobs.close();
  await bare.study.database.close();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(closeAgreement);

const compute = async () => {
  const ended = await jobs.settled((await agreement.start(bare.study, null)).id);
  if (ended.state !== 'done') throw new Error(JSON.stringify(ended));
  return ended.result as { pairs: number; computed: number };
};
const storedPairs = () => bare.study.database.read.selectFrom('agreement_pair').selectAll().execute();

describe('agreement of a study', () => {
  it('compares every pair once, then only what is new', async () => {
    await sealReads(bare.study, (hand) => (hand.caseNumber === 5 && hand.round === 1 ? null : draw(hand)));
    // Six cases of three readers' pairs in round 1, five in round 2, and three readers' rounds of five cases.
    expect(await compute()).toMatchObject({ pairs: 6 * 3 + 5 * 3 + 5 * 3, computed: 48 });
    const first = await agreement.latest(bare.study);
    expect(first.rows).toHaveLength(48 * 3);
    expect(first.stale).toBe(false);
    const narrow = await agreement.latest(bare.study, {
      rounds: [1],
      structures: [1],
      comparison: 'inter',
      rows: 5,
    });
    expect(narrow).toMatchObject({ rowCount: 18, choices: { cases: 6, rounds: [1, 2], hasAi: false } });
    expect(narrow.rows).toHaveLength(5);
    expect(new Set(narrow.summary.map((line) => line.comparison))).toEqual(new Set(['inter']));
    expect(narrow.summary[0]).toMatchObject({ structureLabel: 1, scope: 'all', values: { dice: { n: 6 } } });
    expect(narrow.summary[0].bootstrap!['dice'].replicates).toBe(2000);
    expect(narrow.reads.every((read) => read.order !== null && read.activeSeconds! > 0)).toBe(true);
    expect(await compute()).toMatchObject({ computed: 0 });
    expect((await agreement.latest(bare.study)).rows).toEqual(first.rows);

    await sealReads(bare.study, (hand) => (hand.caseNumber === 5 && hand.round === 1 ? draw(hand) : null));
    expect(await agreement.latest(bare.study)).toMatchObject({
      stale: true,
      staleBecause: 'Since then 3 reads were sealed.',
    });
    expect(await compute()).toMatchObject({ pairs: 54, computed: 6 });
  });

  it('goes on where a cancelled run was, and the numbers are those of a run at one go', async () => {
    await sealReads(bare.study, draw);
    const job = await agreement.start(bare.study, null);
    const stop = bare.study.events.subscribe({ ...bare.coordinator, role: 'coordinator' }, (event) => {
      if (event.type === 'job' && event.job.state === 'running' && (event.job.progress ?? 0) > 0.1) {
        void jobs.cancel(bare.study, job.id, { ...bare.coordinator, role: 'coordinator' });
      }
    });
    expect((await jobs.settled(job.id)).state).toBe('cancelled');
    stop();
    const kept = await storedPairs();
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(54 * 3);
    expect((await agreement.latest(bare.study)).run).toBeNull();
    expect((await compute()).computed).toBe(54 - kept.length / 3);
    const resumed = await agreement.latest(bare.study);
    await bare.study.database.write((tx) => tx.deleteFrom('agreement_pair').execute());
    expect(await compute()).toMatchObject({ computed: 54 });
    expect((await agreement.latest(bare.study)).rows).toEqual(resumed.rows);
  });

  it('prints the same numbers on page, command line, report and in tables', async () => {
    await sealReads(bare.study, draw);
    await compute();
    const whole = await agreement.latest(bare.study);
    // What the page asks for, as it travels.
    const page = AgreementSchema.parse(
      JSON.parse(
        JSON.stringify(await agreement.latest(bare.study, { structures: [1], comparison: 'inter' })),
      ),
    );
    const report = await createReportService({ agreement, version: '0' }).html(bare.study);
    const tables = agreementCsv(whole);
    const text = agreementText(whole);
    for (const line of page.summary.filter((entry) => entry.isAll)) {
      const twin = whole.summary.find((entry) => entry.isAll && entry.comparison === line.comparison)!;
      expect(line).toEqual(JSON.parse(JSON.stringify(twin)));
      const { mean, ci95 } = line.values['dice'];
      const { limits } = line.volumes;
      expect(report).toContain(`${mean!.toFixed(3)}`);
      expect(report).toContain(`${ci95![0].toFixed(3)} to ${ci95![1].toFixed(3)}`);
      expect(report).toContain(line.bootstrap!['dice'].bca!.map((bound) => bound.toFixed(3)).join(' to '));
      expect(text).toContain(`${mean!.toFixed(3)} (`);
      expect(text).toContain(`bias ${limits.bias!.toFixed(3)} mL`);
      expect(tables['summary.csv']).toContain(`,${mean},`);
      expect(tables['volumes.csv']).toContain(`,${limits.bias},`);
    }
    const [{ icc, error }] = page.reliability;
    expect(report).toContain(icc.icc2.estimate!.toFixed(3));
    expect(report).toContain(error!.agreement.toFixed(2));
    expect(text).toContain(icc.icc2.estimate!.toFixed(3));
    expect(tables['reliability.csv']).toContain(`,${icc.icc2.estimate},`);
  });

  it('leaves out a mask that cannot be read, says so, and computes the rest', async () => {
    await sealReads(bare.study, (hand) =>
      hand.caseNumber === 0 && hand.reader === 1 ? draw({ ...hand, reader: 9 }) : draw(hand),
    );
    const [{ id }] = (await bare.study.database.read
      .selectFrom('mask_revision')
      .innerJoin('read', 'read.sealed_revision_id', 'mask_revision.id')
      .innerJoin('assignment', 'assignment.id', 'read.assignment_id')
      .where('assignment.case_id', '=', bare.caseIds[0])
      .select('mask_revision.id')
      .execute()) as { id: string }[];
    const damaged = await bare.study.database.read
      .selectFrom('mask_revision')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const { default: Database } = await import('better-sqlite3');
    const sqlite = new Database(join(folder, 'Bare.concord', 'study.sqlite'));
    const trigger = sqlite
      .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'mask_revision'")
      .all() as { name: string }[];
    for (const { name } of trigger) sqlite.exec(`DROP TRIGGER ${name}`);
    sqlite
      .prepare('UPDATE mask_revision SET bytes = ? WHERE id = ?')
      .run(Buffer.from(damaged.bytes.slice(0, 40)), id);
    sqlite.close();
    await compute();
    const { run, rows } = await agreement.latest(bare.study);
    expect(run!.exclusions.join(' ')).toMatch(
      /Patient 0, Ada, round 1: left out, since its mask cannot be read/,
    );
    // Ada's first round of that case is in two inter-pairs and one intra-pair.
    expect(rows).toHaveLength((54 - 3) * 3);
  });
});
