// Imports through the fetch handler: right files become cases, wrong ones get a sentence and leave the study as it was.
import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaseSchema } from '../../electron/contract/cases.ts';
import { makePhantom, writeNifti } from '../../electron/imaging/index.ts';
import { counting, dicomBytes, niftiBytes, writeBytes } from '../../electron/imaging/test-files.ts';
import { importingInto, stateOf, SENTENCE, type Importing } from '../fixtures/importing.ts';
import { FILE_GRID, studyOverFetch, VOXELS, type StudyOverFetch } from '../fixtures/study-over-fetch.ts';

const beside = (path: string) => fileURLToPath(new URL(`../../../shared/data/${path}`, import.meta.url));

let study: StudyOverFetch;
let into: Importing;

beforeAll(async () => {
  study = await studyOverFetch({ cases: 1, readers: ['Ada'] });
  into = await importingInto(study);
});
afterAll(() => study?.close());

const at = (name: string) => into.at(name);

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
    const before = stateOf(into.home);
    const [candidate] = await into.inspect(file);
    // Only reading all voxels shows that they end too early or that none is a number; the rest shows before the import.
    if (!['volume-without-numbers', 'file-truncated'].includes(code)) {
      expect(candidate.problem).toMatch(SENTENCE);
    }
    const job = await into.importing({ path: file, name: 'Wrong' });
    expect(job).toMatchObject({ state: 'failed', code });
    expect((job as { reason: string }).reason).toMatch(SENTENCE);
    expect(stateOf(into.home)).toEqual(before);
  });

  it('one wrong file does not hold up the right one, and both are told', async () => {
    const good = at('good beside wrong.nii');
    writeBytes(good, niftiBytes(counting()));
    const job = await into.importing({ path: at('magic.nii'), name: 'Wrong' }, { path: good, name: 'Right' });
    expect(job.state).toBe('done');
    expect((job as { notes: string[] }).notes).toHaveLength(1);
    expect((await into.cases()).map((c) => c.name)).toContain('Right');
  });

  it('a folder: lines for what is in it, or one that says there is nothing', async () => {
    const folder = at('nothing here');
    mkdirSync(folder);
    const [line] = await into.inspect(folder);
    expect(line.problem).toMatch(SENTENCE);
    expect(await into.post('/imports/inspect', { paths: [] })).toMatchObject({ code: 'invalid-request' });
  });
});

describe('files that are volumes', () => {
  it('a phantom: size, spacing, orientation, modality, thumbnail; once only', async () => {
    const { volume } = makePhantom(5, { shape: [48, 48, 20], spacing: [7, 7, 12] });
    const path = at('phantom.nii.gz');
    await writeNifti(path, { grid: volume.grid, voxels: volume.voxels });
    const [candidate] = await into.inspect(path);
    expect(candidate).toMatchObject({ path, series: null, suggestedName: 'phantom', problem: null });
    expect(candidate.shape).toEqual([48, 48, 20]);
    expect((await into.importing({ path, name: 'Phantom' })).state).toBe('done');
    const added = (await into.cases()).find((c) => c.name === 'Phantom')!;
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

    const before = stateOf(into.home);
    const again = await into.importing({ path, name: 'Phantom again' });
    expect(again).toMatchObject({ state: 'failed', code: 'volume-present' });
    expect((again as { reason: string }).reason).toContain('as case Phantom');
    expect(stateOf(into.home)).toEqual(before);
  });

  it('a name in use gets a number; the cache is made again when it is lost', async () => {
    const path = at('second.nii.gz');
    const voxels = Int16Array.from({ length: VOXELS }, (_, n) => (n * 7) % 900);
    await writeNifti(path, { grid: FILE_GRID, voxels });
    expect((await into.importing({ path, name: 'Phantom' })).state).toBe('done');
    const added = (await into.cases()).find((c) => c.name === 'Phantom (2)')!;
    const fetched = async () => {
      const to = `${study.base}/cases/${added.id}/voxels`;
      return (await study.call('GET', to, { token: study.coordinator })).bytes();
    };
    const whole = await fetched();
    // Axes towards R, A, S become L, P, S: i and j turned round.
    const n = FILE_GRID.shape[0];
    const shown = new Int16Array(whole.buffer, whole.byteOffset, VOXELS);
    expect(shown[0]).toBe(voxels[n - 1 + n * (n - 1)]);
    const cache = join(into.home, 'cache', `${added.volume.sha256}.raw`);
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
    const found = await into.inspect(folder);
    expect(found.map((c) => c.series).toSorted()).toEqual(['1.2.3.1', '1.2.3.2']);
    const whole = found.find((c) => c.series === '1.2.3.1')!;
    expect(whole).toMatchObject({ shape: [5, 4, 4], files: 4, modality: 'CT', problem: null });
    expect(found.find((c) => c.series === '1.2.3.2')!.problem).toMatch(/lacks 1 slice/);
    expect(JSON.stringify(found)).not.toContain('Nobody');
    expect((await into.importing({ path: folder, series: whole.series, name: 'Series' })).state).toBe('done');
    expect(await into.importing({ path: folder, series: '1.2.3.2', name: 'Gap' })).toMatchObject({
      state: 'failed',
      code: 'dicom-missing-slices',
    });
    expect(await into.importing({ path: folder, series: '9.9', name: 'Other' })).toMatchObject({
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
    expect((await into.importing({ path: folder, name: 'Unnamed series' })).state).toBe('done');
    await survivesLostCache('Unnamed series');
    writeFileSync(
      at('detached.mhd'),
      'ObjectType = Image\nNDims = 3\nDimSize = 4 3 2\nElementType = MET_SHORT\nElementSpacing = 1 1 2\nElementDataFile = detached.raw\n',
    );
    writeFileSync(at('detached.raw'), Buffer.from(Int16Array.from({ length: 24 }, (_, n) => 3 * n).buffer));
    expect((await into.importing({ path: at('detached.mhd'), name: 'Detached' })).state).toBe('done');
    await survivesLostCache('Detached');
  });

  async function survivesLostCache(name: string): Promise<void> {
    const added = (await into.cases()).find((c) => c.name === name)!;
    const to = `${study.base}/cases/${added.id}/voxels`;
    const fetched = async () => {
      const answer = await study.call('GET', to, { token: study.coordinator });
      expect(answer.status, answer.code ?? '').toBe(200);
      return answer.bytes();
    };
    const before = await fetched();
    rmSync(join(into.home, 'cache', `${added.volume.sha256}.raw`));
    expect(Buffer.compare(await fetched(), before)).toBe(0);
  }

  const real = beside('ct-abdomen/image.nii.gz');
  it.skipIf(!existsSync(real))(
    `the real abdominal CT${existsSync(real) ? '' : ' (SKIPPED: no ../shared/data here)'}`,
    async () => {
      expect((await into.importing({ path: real, name: 'CT' })).state).toBe('done');
      const { volume } = (await into.cases()).find((c) => c.name === 'CT')!;
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
      const [candidate] = await into.inspect(series);
      expect(candidate).toMatchObject({ shape: [512, 512, 20], files: 20, problem: null });
      const name = 'Real series';
      expect((await into.importing({ path: series, series: candidate.series, name })).state).toBe('done');
      const { volume } = (await into.cases()).find((c) => c.name === name)!;
      expect(volume).toMatchObject({ modality: 'CT', format: 'dicom' });
    },
  );
});
