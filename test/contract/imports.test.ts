// Imports through the fetch handler: right files become cases, wrong ones get a sentence and leave the study as it was.
import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackend } from '../../electron/backend/index.ts';
import { CaseSchema, type Case, type ImportCandidate } from '../../electron/contract/cases.ts';
import type { Job } from '../../electron/contract/jobs.ts';
import type { ModelSummary } from '../../electron/contract/models.ts';
import type { ProblemDetails } from '../../electron/contract/problem.ts';
import type { StudyFace, StudyOverview } from '../../electron/contract/study.ts';
import { makePhantom, writeNifti } from '../../electron/imaging/index.ts';
import { counting, dicomBytes, niftiBytes, writeBytes } from '../../electron/imaging/test-files.ts';
import { FILE_GRID, studyOverFetch, VOXELS, type StudyOverFetch } from '../fixtures/study-over-fetch.ts';

const beside = (path: string) => fileURLToPath(new URL(`../../../shared/data/${path}`, import.meta.url));
const model = fileURLToPath(new URL('../../models/phantom-intensity', import.meta.url));

let study: StudyOverFetch;
/** The study's own folder. */
let home: string;

beforeAll(async () => {
  study = await studyOverFetch({ cases: 1, readers: ['Ada'] });
  const token = study.coordinator;
  home = (await (await study.call('GET', `${study.base}/overview`, { token })).json<StudyOverview>()).folder;
});
afterAll(() => study?.close());

const post = (path: string, json: unknown) =>
  study.call('POST', `${study.base}${path}`, { token: study.coordinator, json });
const at = (name: string) => join(study.folder, name);
const inspect = async (...paths: string[]) =>
  (await post('/imports/inspect', { paths })).json<ImportCandidate[]>();
const cases = async () =>
  (await study.call('GET', `${study.base}/cases`, { token: study.coordinator })).json<Case[]>();

async function ended(started: Job): Promise<Job> {
  for (;;) {
    const answer = await study.call('GET', `${study.base}/jobs`, { token: study.coordinator });
    const job = (await answer.json<Job[]>()).find((entry) => entry.id === started.id)!;
    if (job.state !== 'queued' && job.state !== 'running') return job;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
const importing = async (...items: { path: string; series?: string | null; name: string }[]) => {
  const all = items.map((item) => ({ series: null, ...item }));
  return ended(await (await post('/imports', { items: all })).json<Job>());
};

/** Rows of every table but `job`, and every file but SQLite's own. */
function stateOf(folder: string): unknown {
  const database = new Database(join(folder, 'study.sqlite'), { readonly: true });
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'job' ORDER BY name")
    .all() as { name: string }[];
  const rows = tables.map(({ name }) => [
    name,
    database.prepare(`SELECT count(*) AS n FROM "${name}"`).get(),
  ]);
  database.close();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('study.sqlite'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted();
  return { rows, files };
}
const SENTENCE = /^[^\n]{15,420}[.…]$/;

describe('files that are no volumes', () => {
  const noise = () => Int16Array.from({ length: 24_000 }, (_, n) => (n * 2654435761) >> 16);
  const make: [string, string, () => string][] = [
    ['empty', 'file-empty', () => writeBytes(at('empty.nii'), Buffer.alloc(0))],
    ['another format', 'file-not-an-image', () => writeBytes(at('letter.nii.gz'), Buffer.from('Dear reader,'))],
    ['a wrong magic', 'file-wrong-magic', () => writeBytes(at('magic.nii'), niftiBytes(counting(), { magic: 'abc' }))],
    ['cut short', 'file-truncated', () => {
      const path = writeBytes(at('cut.nii.gz'), niftiBytes(noise(), { dim: [3, 40, 30, 20] }));
      truncateSync(path, Math.floor(readFileSync(path).length / 2));
      return path;
    }],
    ['four dimensions', 'volume-has-time-points', () => writeBytes(at('4d.nii'), niftiBytes(counting(), { dim: [4, 4, 3, 1, 2] }))],
    ['nothing but NaN', 'volume-without-numbers', () => writeBytes(at('nan.nii'), niftiBytes(new Float32Array(24).fill(NaN), { datatype: 16 }))],
    ['2³¹ voxels', 'header-absurd-size', () => writeBytes(at('absurd.nii'), niftiBytes(counting(), { dim: [3, 2048, 2048, 512] }))],
    ['zero spacing', 'header-absurd-spacing', () => writeBytes(at('zero.nii'), niftiBytes(counting(), { pixdim: [1, 0, 1, 1] }))],
    ['negative spacing', 'header-absurd-spacing', () => writeBytes(at('negative.nii'), niftiBytes(counting(), { pixdim: [1, 1, -1, 1] }))],
    ['shear', 'direction-not-orthogonal', () => writeBytes(at('shear.nii'), niftiBytes(counting(), { sform: [1, 0.2, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] }))],
    ['a singular direction', 'direction-singular', () => writeBytes(at('singular.nii'), niftiBytes(counting(), { sform: [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0] }))],
    ['a missing file', 'file-not-found', () => at('nowhere.nii')],
  ]; // prettier-ignore

  it.each(make)('%s', async (_name, code, path) => {
    const file = path();
    const before = stateOf(home);
    const [candidate] = await inspect(file);
    // Only reading all voxels shows that they end too early or that none is a number; the rest shows before the import.
    if (!['volume-without-numbers', 'file-truncated'].includes(code)) {
      expect(candidate.problem).toMatch(SENTENCE);
    }
    const job = await importing({ path: file, name: 'Wrong' });
    expect(job).toMatchObject({ state: 'failed', code });
    expect((job as { reason: string }).reason).toMatch(SENTENCE);
    expect(stateOf(home)).toEqual(before);
  });

  it('one wrong file does not hold up the right one, and both are told', async () => {
    const good = at('good beside wrong.nii');
    writeBytes(good, niftiBytes(counting()));
    const job = await importing({ path: at('magic.nii'), name: 'Wrong' }, { path: good, name: 'Right' });
    expect(job.state).toBe('done');
    expect((job as { notes: string[] }).notes).toHaveLength(1);
    expect((await cases()).map((c) => c.name)).toContain('Right');
  });

  it('a folder: lines for what is in it, or one that says there is nothing', async () => {
    const folder = at('nothing here');
    mkdirSync(folder);
    const [line] = await inspect(folder);
    expect(line.problem).toMatch(SENTENCE);
    expect(await post('/imports/inspect', { paths: [] })).toMatchObject({ code: 'invalid-request' });
  });
});

describe('files that are volumes', () => {
  it('a phantom: size, spacing, orientation, modality, thumbnail; once only', async () => {
    const { volume } = makePhantom(5, { shape: [48, 48, 20], spacing: [7, 7, 12] });
    const path = at('phantom.nii.gz');
    await writeNifti(path, { grid: volume.grid, voxels: volume.voxels });
    const [candidate] = await inspect(path);
    expect(candidate).toMatchObject({ path, series: null, suggestedName: 'phantom', problem: null });
    expect(candidate.shape).toEqual([48, 48, 20]);
    expect((await importing({ path, name: 'Phantom' })).state).toBe('done');
    const added = (await cases()).find((c) => c.name === 'Phantom')!;
    CaseSchema.parse(added);
    expect(added.volume).toMatchObject({ fileName: 'phantom.nii.gz', format: 'nifti', modality: 'CT' });
    expect(added.volume.grid.shape).toEqual([48, 48, 20]);
    added.volume.grid.spacing.forEach((mm, n) => expect(mm).toBeCloseTo([7, 7, 12][n], 5));
    const token = study.coordinator;
    const picture = await study.call('GET', `${study.base}/cases/${added.id}/thumbnail`, { token });
    expect(
      Buffer.from(await picture.bytes())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');

    const before = stateOf(home);
    const again = await importing({ path, name: 'Phantom again' });
    expect(again).toMatchObject({ state: 'failed', code: 'volume-present' });
    expect((again as { reason: string }).reason).toContain('as case Phantom');
    expect(stateOf(home)).toEqual(before);
  });

  it('a name in use gets a number; the cache is made again when it is lost', async () => {
    const path = at('second.nii.gz');
    const voxels = Int16Array.from({ length: VOXELS }, (_, n) => (n * 7) % 900);
    await writeNifti(path, { grid: FILE_GRID, voxels });
    expect((await importing({ path, name: 'Phantom' })).state).toBe('done');
    const added = (await cases()).find((c) => c.name === 'Phantom (2)')!;
    const fetched = async () => {
      const to = `${study.base}/cases/${added.id}/voxels`;
      return (await study.call('GET', to, { token: study.coordinator })).bytes();
    };
    const whole = await fetched();
    // Axes towards R, A, S become L, P, S: i and j turned round.
    const n = FILE_GRID.shape[0];
    const shown = new Int16Array(whole.buffer, whole.byteOffset, VOXELS);
    expect(shown[0]).toBe(voxels[n - 1 + n * (n - 1)]);
    const cache = join(home, 'cache', `${added.volume.sha256}.raw`);
    rmSync(cache);
    expect(Buffer.compare(await fetched(), whole)).toBe(0);
    truncateSync(cache, 100);
    expect(Buffer.compare(await fetched(), whole)).toBe(0);
    const token = study.coordinator;
    const slices = (query: string) =>
      study.call('GET', `${study.base}/cases/${added.id}/voxels?${query}`, { token });
    expect(Buffer.compare(await (await slices('from=3&count=2')).bytes(), whole.subarray(3 * n * n * 2, 5 * n * n * 2))).toBe(0); // prettier-ignore
    expect(await slices('from=31&count=2')).toMatchObject({ code: 'slices-outside' });
    expect(await slices('from=1')).toMatchObject({ code: 'invalid-request' });
  });

  it('a folder of DICOM files: its series are listed, one is taken, slices missing is said', async () => {
    const folder = at('dicom');
    const slices = (name: string, series: string, positions: number[]) => {
      for (const z of positions) {
        const bytes = dicomBytes({ series, description: name, position: [0, 0, z], value: z });
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, `${name}-${z}.dcm`), bytes);
      }
    };
    slices('portal', '1.2.3.1', [0, 2, 4, 6]);
    slices('gap', '1.2.3.2', [0, 2, 4, 8, 10]);
    const found = await inspect(folder);
    expect(found.map((c) => c.series).toSorted()).toEqual(['1.2.3.1', '1.2.3.2']);
    const whole = found.find((c) => c.series === '1.2.3.1')!;
    expect(whole).toMatchObject({ shape: [5, 4, 4], files: 4, modality: 'CT', problem: null });
    expect(found.find((c) => c.series === '1.2.3.2')!.problem).toMatch(/lacks 1 slice/);
    expect(JSON.stringify(found)).not.toContain('Nobody');
    expect((await importing({ path: folder, series: whole.series, name: 'Series' })).state).toBe('done');
    expect(await importing({ path: folder, series: '1.2.3.2', name: 'Gap' })).toMatchObject({
      state: 'failed',
      code: 'dicom-missing-slices',
    });
    expect(await importing({ path: folder, series: '9.9', name: 'Other' })).toMatchObject({
      state: 'failed',
      code: 'dicom-series-unknown',
    });
    await survivesLostCache('Series');
  });

  it('a DICOM folder without a series named, and a header with its data beside it', async () => {
    const folder = at('one series');
    mkdirSync(folder);
    for (const z of [0, 3, 6]) {
      writeFileSync(
        join(folder, `${z}.dcm`),
        dicomBytes({ series: '1.7', position: [0, 0, z], value: 7 * z }),
      );
    }
    expect((await importing({ path: folder, name: 'Unnamed series' })).state).toBe('done');
    await survivesLostCache('Unnamed series');
    writeFileSync(
      at('detached.mhd'),
      'ObjectType = Image\nNDims = 3\nDimSize = 4 3 2\nElementType = MET_SHORT\nElementSpacing = 1 1 2\nElementDataFile = detached.raw\n',
    );
    writeFileSync(at('detached.raw'), Buffer.from(Int16Array.from({ length: 24 }, (_, n) => 3 * n).buffer));
    expect((await importing({ path: at('detached.mhd'), name: 'Detached' })).state).toBe('done');
    await survivesLostCache('Detached');
  });

  async function survivesLostCache(name: string): Promise<void> {
    const added = (await cases()).find((c) => c.name === name)!;
    const to = `${study.base}/cases/${added.id}/voxels`;
    const fetched = async () => {
      const answer = await study.call('GET', to, { token: study.coordinator });
      expect(answer.status, answer.code ?? '').toBe(200);
      return answer.bytes();
    };
    const before = await fetched();
    rmSync(join(home, 'cache', `${added.volume.sha256}.raw`));
    expect(Buffer.compare(await fetched(), before)).toBe(0);
  }

  const real = beside('ct-abdomen/image.nii.gz');
  it.skipIf(!existsSync(real))(
    `the real abdominal CT${existsSync(real) ? '' : ' (SKIPPED: no ../shared/data here)'}`,
    async () => {
      expect((await importing({ path: real, name: 'CT' })).state).toBe('done');
      const { volume } = (await cases()).find((c) => c.name === 'CT')!;
      expect(volume).toMatchObject({ modality: 'CT', voxelType: 'int16', format: 'nifti' });
      expect(volume.original.shape).toEqual([122, 101, 30]);
      volume.grid.spacing.forEach((mm) => expect(mm).toBeCloseTo(3, 3));
      expect(volume.minimum).toBeLessThan(-900);
    },
  );

  const series = beside('ct-abdomen-dicom');
  it.skipIf(!existsSync(series))(
    `the real DICOM series${existsSync(series) ? '' : ' (SKIPPED: no ../shared/data here)'}`,
    async () => {
      const [candidate] = await inspect(series);
      expect(candidate).toMatchObject({ shape: [512, 512, 20], files: 20, problem: null });
      const name = 'Real series';
      expect((await importing({ path: series, series: candidate.series, name })).state).toBe('done');
      const { volume } = (await cases()).find((c) => c.name === name)!;
      expect(volume).toMatchObject({ modality: 'CT', format: 'dicom' });
    },
  );
});

describe('uploads', () => {
  const send = (name: string, batch: string, body: Uint8Array, token = study.coordinator) => {
    const query = new URLSearchParams({ name, batch }).toString();
    return study.call('POST', `${study.base}/uploads?${query}`, { token, body });
  };
  const uploadsLeft = () =>
    readdirSync(study.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.parentPath.includes('uploads'))
      .map((entry) => entry.name);

  it('a file is sent, looked at, imported, and gone afterwards', async () => {
    const bytes = niftiBytes(Int16Array.from({ length: 24 }, (_, n) => n * n));
    const { path } = await (await send('sent.nii', 'batch1', bytes)).json<{ path: string }>();
    expect(path).toBe('upload:batch1/sent.nii');
    const [candidate] = await inspect(path);
    expect(candidate.problem).toBeNull();
    expect(candidate.path, 'no path of this machine').toBe(path);
    expect(uploadsLeft()).toEqual(['sent.nii']);
    expect((await importing({ path: candidate.path, name: 'Sent' })).state).toBe('done');
    expect(uploadsLeft()).toEqual([]);
  });

  it('a folder of files that belong together, too', async () => {
    for (const z of [0, 2, 4])
      await send(`${z}.dcm`, 'batch2', dicomBytes({ series: '1.9', position: [1, 0, z], value: z }));
    await send('waits.nii', 'batch3', niftiBytes(counting()));
    const [candidate] = await inspect('upload:batch2');
    expect(candidate).toMatchObject({ path: 'upload:batch2', series: '1.9', files: 3 });
    const item = { path: candidate.path, series: candidate.series, name: 'Sent series' };
    expect((await importing(item)).state).toBe('done');
    expect(uploadsLeft(), 'what belongs to another import stays').toEqual(['waits.nii']);
  });

  it('another Concord started on the same home does not clear them away', async () => {
    // Here the same process; its number keeps the folder. A command beside a running host has another.
    const other = `
      const { createUploads } = await import(${JSON.stringify(new URL('../../electron/backend/cases/uploads.ts', import.meta.url).href)});
      createUploads(${JSON.stringify(at('home'))});`;
    execFileSync(process.execPath, ['--input-type=module', '-e', other]);
    expect(uploadsLeft()).toEqual(['waits.nii']);
    const [candidate] = await inspect('upload:batch3/waits.nii');
    expect(candidate.problem).toBeNull();
  });

  it('names and paths that lead elsewhere are refused, and remove nothing', async () => {
    const bytes = niftiBytes(counting());
    for (const batch of ['..', '../x', 'A', 'a/b', '']) {
      expect((await send('x.nii', batch, bytes)).status, batch).toBe(400);
    }
    for (const name of ['..', '.hidden', '/', '\\..']) {
      expect(await send(name, 'b', bytes), name).toMatchObject({ status: 400 });
    }
    const aside = await (await send('../../../aside.nii', 'b4', bytes)).json<{ path: string }>();
    expect(aside.path).toBe('upload:b4/aside.nii');
    expect(existsSync(join(study.folder, 'aside.nii'))).toBe(false);

    const victim = join(study.folder, 'home', 'precious');
    mkdirSync(victim);
    writeFileSync(join(victim, 'work.txt'), 'years');
    const before = stateOf(home);
    for (const path of ['upload:../precious/work.txt', 'upload:../../precious/work.txt', 'upload:..', 'upload:']) {
      expect((await post('/imports/inspect', { paths: [path] })).code, path).toBe('upload-unknown');
      expect(await importing({ path, name: 'X' })).toMatchObject({ state: 'failed', code: 'upload-unknown' });
      const mask = { path, personId: study.readers[0].id, round: 1, caseId: (await cases())[0].id };
      expect((await post('/imports/mask', mask)).code).toBe('upload-unknown');
    }
    expect(readFileSync(join(victim, 'work.txt'), 'utf8')).toBe('years');
    expect(stateOf(home)).toEqual(before);
    expect(uploadsLeft().toSorted()).toEqual(['aside.nii', 'waits.nii']);
  }); // prettier-ignore

  it('an empty one is told when it is looked at', async () => {
    const answer = await send('nothing.nii', 'b5', new Uint8Array());
    if (answer.status === 201) {
      const [candidate] = await inspect((await answer.json<{ path: string }>()).path);
      expect(candidate.problem).toMatch(/empty/);
    } else expect(answer.code).toBe('upload-empty');
  });
});

describe('jobs', () => {
  it('a queued one is cancelled before it begins; what has ended stays as it ended', async () => {
    const start = async (name: string) => {
      const path = at(`${name}.nii.gz`);
      const voxels = Int16Array.from({ length: VOXELS }, (_, n) => (n * (name.length + 13)) % 977);
      await writeNifti(path, { grid: FILE_GRID, voxels });
      const items = [{ path, series: null, name }];
      return (await post('/imports', { items })).json<Job>();
    };
    const first = await start('first');
    const second = await start('second one');
    const [ada] = study.readers;
    const cancel = (id: string, token: string) =>
      study.call('POST', `${study.base}/jobs/${id}/cancel`, { token, json: {} });
    expect((await cancel(second.id, ada.token)).code, 'a reader’s word').toBe('job-not-found');
    const cancelled = await (await cancel(second.id, study.coordinator)).json<Job>();
    const a = await ended(first);
    const b = await ended(second);
    expect(a.state).toBe('done');
    expect(['cancelled', 'done'], 'too late is too late').toContain(b.state);
    expect(cancelled.state).toBe(b.state);
    expect((await cases()).some((c) => c.name === 'second one')).toBe(b.state === 'done');
    expect((await (await cancel(first.id, study.coordinator)).json<Job>()).state).toBe('done');
    const seen = await study.call('GET', `${study.base}/jobs`, { token: ada.token });
    expect(await seen.json(), 'imports are not a reader’s business').toEqual([]);
  });
});

describe('models', () => {
  const add = (path: string) => study.call('POST', '/api/models', { json: { path } });
  const list = async () => (await study.call('GET', '/api/models')).json<ModelSummary[]>();
  function spoilt(name: string, change: (folder: string) => void): string {
    const folder = at(name);
    cpSync(model, folder, { recursive: true });
    change(folder);
    return folder;
  }
  const manifestOf = (folder: string) =>
    JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, unknown>;
  const manifest = (folder: string, change: Record<string, unknown>) =>
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifestOf(folder), ...change }));

  const wrong: [string, string, (folder: string) => void][] = [
    ['garbage for a network', 'model-not-onnx', (folder) => {
      manifest(folder, { sha256: undefined });
      writeFileSync(join(folder, 'model.onnx'), 'Dear reader, '.repeat(999));
    }],
    ['another network than the manifest’s', 'model-changed', (folder) => writeFileSync(join(folder, 'model.onnx'), 'x')],
    ['an input of another name', 'model-io-differs', (folder) => manifest(folder, { input: { ...(manifestOf(folder)['input'] as object), name: 'picture' } })],
    ['a manifest that is no JSON', 'manifest-wrong', (folder) => writeFileSync(join(folder, 'manifest.json'), '{')],
    ['a field that means nothing', 'manifest-wrong', (folder) => manifest(folder, { spacing: [0, 1, 1] })],
    ['no network', 'model-not-found', (folder) => rmSync(join(folder, 'model.onnx'))],
    ['no manifest', 'checkpoint-not-found', (folder) => rmSync(join(folder, 'manifest.json'))],
  ]; // prettier-ignore
  it.each(wrong)('%s is refused, and nothing is added', async (name, code, change) => {
    const answer = await add(spoilt(name.replaceAll(/\W+/g, '-'), change));
    expect(answer.code).toBe(code);
    expect(answer.status).toBeLessThan(500);
    expect((await answer.json<ProblemDetails>()).detail).toMatch(SENTENCE);
    expect(await list()).toEqual([]);
    const added = at('home/models');
    expect(existsSync(added) ? readdirSync(added) : []).toEqual([]);
  });

  it('a right one is added once, and no other kind of path', async () => {
    const folder = spoilt('tidy', () => undefined);
    expect((await add(folder)).status).toBe(201);
    expect((await list()).map((entry) => [entry.id, entry.problem])).toEqual([['tidy', null]]);
    expect(await add(folder)).toMatchObject({ status: 409, code: 'model-present' });
    expect((await add(at('nowhere'))).code).toMatch(/-not-found$/);
    expect((await add(home)).code).toMatch(/-not-found$/);
  });
});

const tmpfs = tryTmpfs();
describe(tmpfs ? 'a full disk' : 'a full disk (SKIPPED: only root can make a small disk here)', () => {
  it.skipIf(!tmpfs)('is named; nothing of the import stays; the study goes on', async () => {
    const disk = at('disk');
    const image = at('large.nii.gz');
    const side = 96;
    // Noise, which no compression makes smaller: 1.7 MB in the cache and about as much again for the original.
    let state = 1;
    const voxels = Int16Array.from({ length: side ** 3 }, () => (state = (state * 48271) % 2147483647) >> 15);
    await writeNifti(image, { grid: { ...FILE_GRID, shape: [side, side, side] }, voxels });
    mkdirSync(disk);
    // First room for nothing of it, then for the cache and not for the original.
    for (const kilobytes of [2000, 3000]) {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', disk]);
      const backend = await createBackend({
        home: at(`home ${kilobytes}`),
        host: 'test',
        modelsFolder: model,
        version: '0.0.0',
      });
      try {
        const coordinator = { name: 'Cora', passphrase: 'open sesame' };
        const structures = [{ label: 1, name: 'Liver', colour: '#e69f00' }];
        const protocol = { name: 'Small', modality: 'CT', structures, coordinator };
        const ask = async <T>(to: string, json: unknown, token = '') => {
          const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
          const body = JSON.stringify(json);
          const request = new Request(`http://concord.test/api/studies${to}`, {
            method: 'POST',
            headers,
            body,
          });
          return (await backend.fetch(request)).json() as Promise<T>;
        };
        const folder = join(disk, 'Small.concord');
        const face = await ask<StudyFace>('', { protocol, folder });
        const open = backend.services.studies.get(face.id);
        const before = stateOf(folder);
        const item = { path: image, series: null, name: 'Large' };
        await expect(backend.services.cases.importOne(open, item, 'Cora')).rejects.toMatchObject({
          code: 'disk-full',
          status: 507,
          message: expect.stringMatching(SENTENCE) as string,
        });
        expect(stateOf(folder), `${kilobytes} kB`).toEqual(before);
        const signedIn = await ask<{ token: string }>(`/${face.id}/sign-in`, {
          personId: face.people[0].id,
          passphrase: coordinator.passphrase,
        });
        const reader = { name: 'Ada', passphrase: 'open sesame' };
        expect(await ask(`/${face.id}/readers`, reader, signedIn.token)).toMatchObject({ name: 'Ada' });
      } finally {
        await backend.close();
        execFileSync('umount', [disk]);
      }
    }
  });
});

/** Whether a disk of a few kilobytes can be made here. */
function tryTmpfs(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const probe = '/tmp/concord-tmpfs-probe';
  try {
    mkdirSync(probe, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
