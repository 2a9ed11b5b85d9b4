// Linked volumes: imported for a case, placed by patient space, seen by its readers blind, refused where they lie elsewhere.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Grid } from '../../electron/contract/geometry.ts';
import { coverage, type LinkedVolume } from '../../electron/contract/linked.ts';
import type { Job } from '../../electron/contract/jobs.ts';
import type { Case } from '../../electron/contract/cases.ts';
import { writeNifti } from '../../electron/imaging/index.ts';
import { openRead, studyOverFetch, type StudyOverFetch } from '../fixtures/study-over-fetch.ts';

let study: StudyOverFetch;
let folder: string;
let one: Case;
beforeAll(async () => {
  study = await studyOverFetch({ cases: 1 });
  folder = mkdtempSync(join(tmpdir(), 'concord-linked-'));
  [one] = await (await study.call('GET', `${study.base}/cases`, { token: study.coordinator })).json<Case[]>();
}, 60_000);
afterAll(async () => {
  await study.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Another volume of the case: finer, moved by `by` mm, with a ramp along x. */
async function volumeFile(name: string, by: number, spacingFactor = 0.5): Promise<string> {
  const { grid } = one.volume;
  const moved: Grid = {
    ...grid,
    shape: grid.shape.map((n) => Math.max(2, Math.round(n / spacingFactor))) as Grid['shape'],
    spacing: grid.spacing.map((mm) => mm * spacingFactor) as Grid['spacing'],
    origin: grid.origin.map((mm) => mm + by) as Grid['origin'],
  };
  const [nx, ny, nz] = moved.shape;
  const voxels = Int16Array.from({ length: nx * ny * nz }, (_, n) => n % nx);
  const path = join(folder, name);
  await writeNifti(path, { grid: moved, voxels });
  return path;
}

async function link(path: string, name: string): Promise<Job> {
  const to = `${study.base}/cases/${one.id}/linked`;
  const asked = { token: study.coordinator, json: { path, series: null, name } };
  const { id } = await (await study.call('POST', to, asked)).json<Job>();
  for (let tries = 0; tries < 500; tries++) {
    const jobs = await (
      await study.call('GET', `${study.base}/jobs`, { token: study.coordinator })
    ).json<Job[]>();
    const job = jobs.find((entry) => entry.id === id)!;
    if (job.state !== 'running' && job.state !== 'queued') return job;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the job does not end');
}

it('a second volume is linked, listed, and streamed to the reader of the case; nobody learns its file', async () => {
  expect(await link(await volumeFile('SMITH_portal.nii.gz', 0), 'Portal venous')).toMatchObject({
    state: 'done',
  });
  const { token } = study.readers[0];
  const read = await openRead(study, token);
  const answer = await study.call('GET', `${study.base}/reads/${read.id}/linked`, { token });
  const text = await answer.response.clone().text();
  const [linked] = await answer.json<LinkedVolume[]>();
  expect(linked).toMatchObject({ name: 'Portal venous', warnings: [] });
  expect(text).not.toContain('SMITH');
  const { shape, spacing } = linked.volume.grid;
  expect(spacing[0]).toBeCloseTo(one.volume.grid.spacing[0] / 2, 6);
  const path = `${study.base}/reads/${read.id}/linked/${linked.id}/voxels`;
  const bytes = await (await study.call('GET', `${path}?from=0&count=1`, { token })).response.arrayBuffer();
  const voxels = new Int16Array(bytes);
  expect(voxels.length).toBe(shape[0] * shape[1]);
  // The ramp along the file's x, whichever way the canonical grid runs.
  const row = [...voxels.slice(0, shape[0])];
  expect(row.toSorted((a, b) => a - b)).toEqual(Array.from({ length: shape[0] }, (_, n) => n));
  const other = study.readers[1].token;
  expect((await study.call('GET', path, { token: other })).code).toBe('read-not-found');
  expect((await study.call('GET', `${study.base}/reads/${read.id}/linked`, { token: other })).code).toBe(
    'read-not-found',
  );
  const none = `${study.base}/reads/${read.id}/linked/none/voxels`;
  expect((await study.call('GET', none, { token })).code).toBe('linked-not-found');
});

it('the same again, the case itself, and what lies elsewhere are refused in words; part of it is said', async () => {
  expect(await link(join(folder, 'SMITH_portal.nii.gz'), 'Again')).toMatchObject({
    state: 'failed',
    code: 'linked-already',
  });
  expect(await link(await volumeFile('far.nii.gz', 5000), 'Far away')).toMatchObject({
    state: 'failed',
    code: 'linked-elsewhere',
  });
  expect(await link(join(folder, 'none.nii.gz'), 'None')).toMatchObject({ state: 'failed' });
  const half = one.volume.grid.shape[0] * one.volume.grid.spacing[0] * 0.5;
  const told = await link(await volumeFile('part.nii.gz', half), 'Part');
  expect(told).toMatchObject({ state: 'done' });
  const list = async () =>
    (await study.call('GET', `${study.base}/cases/${one.id}/linked`, { token: study.coordinator })).json<
      LinkedVolume[]
    >();
  expect((await list()).map(({ name }) => name)).toEqual(['Portal venous', 'Part']);
  const [, part] = await list();
  expect(part.warnings[0]).toMatch(/covers \d+ % of the case/);
  const remove = (id: string, token: string) =>
    study.call('DELETE', `${study.base}/cases/${one.id}/linked/${id}`, { token });
  expect((await remove(part.id, study.readers[0].token)).code).toBe('coordinator-only');
  expect((await remove(part.id, study.coordinator)).status).toBe(204);
  expect((await remove(part.id, study.coordinator)).code).toBe('linked-not-found');
  expect((await list()).map(({ name }) => name)).toEqual(['Portal venous']);
  expect(
    (await study.call('GET', `${study.base}/cases/none/linked`, { token: study.coordinator })).code,
  ).toBe('case-not-found');
});

it('coverage: whole, half, none, and turned', () => {
  const grid: Grid = {
    shape: [10, 10, 10],
    spacing: [1, 1, 1],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  expect(coverage(grid, grid)).toBe(1);
  expect(coverage(grid, { ...grid, origin: [5, 0, 0] })).toBeCloseTo(0.5, 1);
  expect(coverage(grid, { ...grid, origin: [50, 0, 0] })).toBe(0);
  // Turned by 90° about z: x runs where y ran.
  expect(coverage(grid, { ...grid, direction: [0, -1, 0, 1, 0, 0, 0, 0, 1], origin: [9, 0, 0] })).toBe(1);
});
