// Files that a browser sends, and the jobs that take them in.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../electron/contract/jobs.ts';
import { writeNifti } from '../../electron/imaging/index.ts';
import { counting, dicomBytes, niftiBytes } from '../../electron/imaging/test-files.ts';
import { importingInto, stateOf, type Importing } from '../fixtures/importing.ts';
import { FILE_GRID, studyOverFetch, VOXELS, type StudyOverFetch } from '../fixtures/study-over-fetch.ts';

let study: StudyOverFetch;
let into: Importing;

beforeAll(async () => {
  study = await studyOverFetch({ cases: 1, readers: ['Ada'] });
  into = await importingInto(study);
});
afterAll(() => study?.close());

const at = (name: string) => into.at(name);

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
    const [candidate] = await into.inspect(path);
    expect(candidate.problem).toBeNull();
    expect(candidate.path, 'no path of this machine').toBe(path);
    expect(uploadsLeft()).toEqual(['sent.nii']);
    expect((await into.importing({ path: candidate.path, name: 'Sent' })).state).toBe('done');
    expect(uploadsLeft()).toEqual([]);
  });

  it('a folder of files that belong together, too', async () => {
    for (const z of [0, 2, 4])
      await send(`${z}.dcm`, 'batch2', dicomBytes({ series: '1.9', position: [1, 0, z], value: z }));
    await send('waits.nii', 'batch3', niftiBytes(counting()));
    const [candidate] = await into.inspect('upload:batch2');
    expect(candidate).toMatchObject({ path: 'upload:batch2', series: '1.9', files: 3 });
    const item = { path: candidate.path, series: candidate.series, name: 'Sent series' };
    expect((await into.importing(item)).state).toBe('done');
    expect(uploadsLeft(), 'what belongs to another import stays').toEqual(['waits.nii']);
  });

  it('another Concord started on the same home does not clear them away', async () => {
    // Here the same process; its number keeps the folder. A command beside a running host has another.
    const other = `
      const { createUploads } = await import(${JSON.stringify(new URL('../../electron/backend/cases/uploads.ts', import.meta.url).href)});
      createUploads(${JSON.stringify(at('home'))});`;
    execFileSync(process.execPath, ['--input-type=module', '-e', other]);
    expect(uploadsLeft()).toEqual(['waits.nii']);
    const [candidate] = await into.inspect('upload:batch3/waits.nii');
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
    const before = stateOf(into.home);
    for (const path of ['upload:../precious/work.txt', 'upload:../../precious/work.txt', 'upload:..', 'upload:']) {
      expect((await into.post('/imports/inspect', { paths: [path] })).code, path).toBe('upload-unknown');
      expect(await into.importing({ path, name: 'X' })).toMatchObject({ state: 'failed', code: 'upload-unknown' });
      const mask = { path, personId: study.readers[0].id, round: 1, caseId: (await into.cases())[0].id };
      expect((await into.post('/imports/mask', mask)).code).toBe('upload-unknown');
    }
    expect(readFileSync(join(victim, 'work.txt'), 'utf8')).toBe('years');
    expect(stateOf(into.home)).toEqual(before);
    expect(uploadsLeft().toSorted()).toEqual(['aside.nii', 'waits.nii']);
  }); // prettier-ignore

  it('an empty one is told when it is looked at', async () => {
    const answer = await send('nothing.nii', 'b5', new Uint8Array());
    if (answer.status === 201) {
      const [candidate] = await into.inspect((await answer.json<{ path: string }>()).path);
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
      return (await into.post('/imports', { items })).json<Job>();
    };
    const first = await start('first');
    const second = await start('second one');
    const [ada] = study.readers;
    const cancel = (id: string, token: string) =>
      study.call('POST', `${study.base}/jobs/${id}/cancel`, { token, json: {} });
    expect((await cancel(second.id, ada.token)).code, 'a reader’s word').toBe('job-not-found');
    const cancelled = await (await cancel(second.id, study.coordinator)).json<Job>();
    const a = await into.ended(first);
    const b = await into.ended(second);
    expect(a.state).toBe('done');
    expect(['cancelled', 'done'], 'too late is too late').toContain(b.state);
    expect(cancelled.state).toBe(b.state);
    expect((await into.cases()).some((c) => c.name === 'second one')).toBe(b.state === 'done');
    expect((await (await cancel(first.id, study.coordinator)).json<Job>()).state).toBe('done');
    const seen = await study.call('GET', `${study.base}/jobs`, { token: ada.token });
    expect(await seen.json(), 'imports are not a reader’s business').toEqual([]);
  });
});
