// Things that happen at the same moment, and things that were interrupted: requests, processes, cut-short files.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackend, type Backend } from '../../electron/backend/index.ts';
import type { Case } from '../../electron/contract/cases.ts';
import type { Host } from '../../electron/contract/host.ts';
import { ProtocolSchema, type StudyFace, type StudyOverview } from '../../electron/contract/study.ts';
import { writeNifti } from '../../electron/imaging/index.ts';
import { FILE_GRID, studyOverFetch, VOXELS, type StudyOverFetch } from '../fixtures/study-over-fetch.ts';

const isRoot = process.getuid?.() === 0;
const PROTOCOL = {
  name: 'Locked',
  modality: 'CT' as const,
  structures: [{ label: 1, name: 'Liver', colour: '#e69f00' }],
  coordinator: { name: 'Cora', passphrase: 'open sesame' },
  readers: [],
};
let study: StudyOverFetch;
let overview: StudyOverview;
let folder: string;

beforeAll(async () => {
  study = await studyOverFetch({ cases: 1, readers: ['Ada'] });
  folder = mkdtempSync(join(tmpdir(), 'concord-together-'));
  overview = await readOverview();
});
afterAll(async () => {
  await study?.close();
  rmSync(folder, { recursive: true, force: true });
});

const post = (path: string, json: unknown) =>
  study.call('POST', `${study.base}${path}`, { token: study.coordinator, json });
const readOverview = async () =>
  (await study.call('GET', `${study.base}/overview`, { token: study.coordinator })).json<StudyOverview>();
const readCases = async () =>
  (await study.call('GET', `${study.base}/cases`, { token: study.coordinator })).json<Case[]>();
const anotherConcord = (name: string): Promise<Backend> =>
  createBackend({ home: join(folder, name), host: 'test', modelsFolder: folder, version: '0.0.0' });

/** A volume unlike any other, by its seed. */
async function volume(seed: number): Promise<string> {
  const path = join(folder, `volume ${seed}.nii.gz`);
  await writeNifti(path, {
    grid: FILE_GRID,
    voxels: Int16Array.from({ length: VOXELS }, (_, v) => (v * seed) % 999),
  });
  return path;
}

describe('requests at the same moment', () => {
  it('three rounds get three numbers', async () => {
    const round = { name: 'One more', arm: 'assisted', washoutDays: 0 };
    const answers = await Promise.all([1, 2, 3].map(() => post('/rounds', round)));
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201]);
    expect((await readOverview()).rounds.map((r) => r.number)).toEqual([1, 2, 3, 4, 5]);
  });

  it('one of three readers of the same name comes in', async () => {
    const reader = { name: 'Zoe', passphrase: 'open sesame' };
    const answers = await Promise.all([1, 2, 3].map(() => post('/readers', reader)));
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, 409, 409]);
    expect(answers.filter((answer) => answer.code === 'name-taken')).toHaveLength(2);
  });

  it('guesses sent together wait as if sent one by one', async () => {
    const [ada] = study.readers;
    const guess = (n: number) =>
      study.call('POST', `${study.base}/sign-in`, { json: { personId: ada.id, passphrase: `guess ${n}` } });
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => guess(n)));
    expect(answers.filter((answer) => answer.code === 'wrong-passphrase')).toHaveLength(5);
    expect(answers.filter((answer) => answer.code === 'too-many-tries')).toHaveLength(7);
  });
});

describe('two Concords on one study', () => {
  let other: Backend;
  beforeAll(async () => {
    other = await anotherConcord('other');
  });
  afterAll(() => other?.close());

  it('one name, one volume: what both import at once is settled, and nothing is lost', async () => {
    const id = await other.openStudy(overview.folder);
    const here = study.backend.services;
    const there = other.services;
    const [one, two, same] = [await volume(3), await volume(5), await volume(7)];
    const added = await Promise.all([
      here.cases.importOne(here.studies.get(id), { path: one, series: null, name: 'Twin' }, 'here'),
      there.cases.importOne(there.studies.get(id), { path: two, series: null, name: 'Twin' }, 'there'),
    ]);
    expect(added.map((a) => a.name).toSorted()).toEqual(['Twin', 'Twin (2)']);
    const item = { path: same, series: null, name: 'Same' };
    const settled = await Promise.allSettled([
      here.cases.importOne(here.studies.get(id), item, 'here'),
      there.cases.importOne(there.studies.get(id), item, 'there'),
    ]);
    const lost = settled.filter((s) => s.status === 'rejected');
    expect(lost).toHaveLength(1);
    expect(lost[0].reason).toMatchObject({ code: 'volume-present' });
    const cases = await readCases();
    expect(cases.filter((c) => c.name === 'Same')).toHaveLength(1);
    // Every case still has its original and its voxels.
    expect(readdirSync(join(overview.folder, 'volumes'))).toHaveLength(cases.length);
    for (const { id: caseId } of cases) {
      const path = `${study.base}/cases/${caseId}/voxels`;
      const bytes = await (await study.call('GET', path, { token: study.coordinator })).bytes();
      expect(bytes).toHaveLength(2 * VOXELS);
    }
  });

  it('a folder is one study however it is reached', async () => {
    const link = join(folder, 'link.concord');
    symlinkSync(overview.folder, link);
    const answer = await study.call('POST', '/api/studies/open', { json: { folder: link } });
    expect(answer.status).toBe(200);
    expect((await answer.json<StudyFace>()).id).toBe(overview.id);
    const { studies } = await (await study.call('GET', '/api/host')).json<Host>();
    expect(studies.filter((entry) => entry.id === overview.id)).toHaveLength(1);
  });
});

describe('what was interrupted', () => {
  it('a cache file that was cut short is made again before a byte of it is served', async () => {
    const [{ id, volume: facts }] = await readCases();
    const path = `${study.base}/cases/${id}/voxels`;
    const whole = await (await study.call('GET', path, { token: study.coordinator })).bytes();
    truncateSync(join(overview.folder, 'cache', `${facts.sha256}.raw`), 1000);
    const asked = ['', '?from=0&count=1', '?from=31&count=1'].map((range) =>
      study.call('GET', path + range, { token: study.coordinator }),
    );
    const [all, first, last] = await Promise.all((await Promise.all(asked)).map((answer) => answer.bytes()));
    const slice = (2 * VOXELS) / 32;
    expect(Buffer.compare(all, whole)).toBe(0);
    expect(Buffer.compare(first, whole.subarray(0, slice))).toBe(0);
    expect(Buffer.compare(last, whole.subarray(31 * slice))).toBe(0);
  });

  it.each([
    '?from=32&count=1',
    '?from=0&count=33',
    '?from=-1&count=1',
    '?from=0&count=0',
    '?from=3',
    '?from=x&count=1',
  ])('slices that are not there are refused (%s)', async (range) => {
    const [{ id }] = await readCases();
    const path = `${study.base}/cases/${id}/voxels${range}`;
    expect((await study.call('GET', path, { token: study.coordinator })).status).toBe(400);
  });

  it('what a killed import left is cleared when the study is opened again', async () => {
    const made = await study.call('POST', '/api/studies', {
      json: {
        protocol: { ...PROTOCOL, name: 'Interrupted' },
        folder: join(folder, 'Interrupted.concord'),
      },
    });
    expect(made.status).toBe(201);
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    const left = join(folder, 'Interrupted.concord', 'volumes', `abc.nii.gz.part-${pid}-x`);
    writeFileSync(left, 'half a volume');
    const other = await anotherConcord('later');
    await other.openStudy(join(folder, 'Interrupted.concord'));
    expect(existsSync(left)).toBe(false);
    await other.close();
  });
});

/** Why the test below is left out on this machine; null where it runs. */
const noDisk = isRoot && process.platform === 'linux' ? null : 'SKIPPED: only root on Linux can make one';

describe(`a disk that cannot be written to${noDisk ? ` (${noDisk})` : ''}`, () => {
  it.skipIf(noDisk !== null)('its study is refused and stays as it is', async (context) => {
    const disk = mkdtempSync(join(folder, 'disk-'));
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk]).status !== 0) {
      context.skip('this machine lets nobody mount a small disk');
    }
    const other = await anotherConcord('read-only');
    try {
      const path = join(disk, 'Locked.concord');
      const { services } = other;
      const protocol = ProtocolSchema.parse({
        ...PROTOCOL,
        rounds: [{ name: 'Round 1', arm: 'assisted', washoutDays: 0 }],
      });
      await services.studies.leave(await services.studies.create(protocol, path));
      spawnSync('mount', ['-o', 'remount,ro', disk]);
      const before = readdirSync(path);
      await expect(other.openStudy(path)).rejects.toMatchObject({ code: 'study-read-only', status: 403 });
      expect(readdirSync(path)).toEqual(before);
      const beside = services.studies.create(protocol, join(disk, 'Another.concord'));
      await expect(beside).rejects.toMatchObject({ code: 'folder-read-only', status: 403 });
    } finally {
      await other.close();
      spawnSync('umount', [disk]);
    }
  });
});

describe('folders of studies', () => {
  const create = (name: string, at?: string) =>
    study.call('POST', '/api/studies', {
      json: { protocol: { ...PROTOCOL, name }, ...(at ? { folder: at } : {}) },
    });

  it.each(['日'.repeat(120), '😀'.repeat(60), 'CON', '..', ' . '.padEnd(9, '.')])(
    'every name the contract allows makes one (%s)',
    async (name) => {
      const answer = await create(name);
      expect(answer.status, answer.code ?? '').toBe(201);
      const { id } = await answer.json<StudyFace>();
      const { studies, studiesFolder } = await (await study.call('GET', '/api/host')).json<Host>();
      const made = studies.find((entry) => entry.id === id)!.folder;
      expect(dirname(made)).toBe(studiesFolder);
      expect(Buffer.byteLength(basename(made))).toBeLessThan(255);
      expect(basename(made)).not.toMatch(/^(\.|con\.)/i);
      rmSync(made, { recursive: true });
    },
  );

  it('one that cannot be made leaves none of the folders above it', async () => {
    const answer = await create('Deep', join(folder, 'a/b', `${'x'.repeat(300)}.concord`));
    expect(answer).toMatchObject({ status: 400, code: 'folder-unusable' });
    expect(existsSync(join(folder, 'a'))).toBe(false);
    expect((await create('Zero', '/\0.concord')).code).toBe('folder-unusable');
  });
});
