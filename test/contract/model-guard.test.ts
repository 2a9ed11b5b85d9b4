// A model on a scan it was not made for: confirmed or not run, whoever asks; what ran is kept with its mask for ever.
import Database from 'better-sqlite3';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../electron/contract/jobs.ts';
import type { ModelImport, Provenance } from '../../electron/contract/models.ts';
import type { Read, WorklistItem } from '../../electron/contract/reads.ts';
import { writeNifti } from '../../electron/imaging/index.ts';
import { dicomBytes } from '../../electron/imaging/test-files.ts';
import { importingInto, type Importing } from '../fixtures/importing.ts';
import {
  FILE_GRID,
  studyOverFetch,
  VOXELS,
  worklist,
  type StudyOverFetch,
} from '../fixtures/study-over-fetch.ts';

const model = fileURLToPath(new URL('../../models/phantom-pansegnet', import.meta.url));

let study: StudyOverFetch;
let into: Importing;
let sha256: string;
/** Reads by what the scan is. */
const reads = new Map<string, Read>();

/** A model like the bundled one, made for something else. */
async function add(id: string, made: { modality: string | null; sequence?: string }): Promise<void> {
  const folder = into.at(id);
  cpSync(model, folder, { recursive: true });
  const manifest = { ...JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')), ...made };
  sha256 = manifest.sha256 as string;
  // Another network, or the library would know it already: what stands behind the last byte nobody reads.
  delete manifest.sha256;
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const named = Buffer.concat([readFileSync(join(folder, 'model.onnx')), metadata(id)]);
  writeFileSync(join(folder, 'model.onnx'), named);
  const answer = await study.call('POST', '/api/models', { json: { path: folder } });
  const { id: started } = await answer.json<ModelImport>();
  expect(await ended(started)).toMatchObject({ state: 'done', modelId: id });
}

/** ModelProto.metadata_props, field 14: key and value `id`. */
function metadata(id: string): Buffer {
  const text = Buffer.from(id);
  const pair = Buffer.concat([
    Buffer.from([0x0a, text.length]),
    text,
    Buffer.from([0x12, text.length]),
    text,
  ]);
  return Buffer.concat([Buffer.from([0x72, pair.length]), pair]);
}

async function ended(id: string): Promise<ModelImport> {
  for (;;) {
    const all = await (await study.call('GET', '/api/models/imports')).json<ModelImport[]>();
    const told = all.find((one) => one.id === id)!;
    if (told.state !== 'running') return told;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function series(name: string, modality: string, description: string): string {
  const folder = into.at(name);
  mkdirSync(folder);
  for (let z = 0; z < 4; z++) {
    const fields = { modality, description, series: `1.2.${name.length}.${modality.length}.7` };
    const bytes = dicomBytes({ ...fields, position: [0, 0, 4 * z], value: 100 + z, rows: 8, columns: 8 });
    writeFileSync(join(folder, `${z}.dcm`), bytes);
  }
  return folder;
}

const ask = (read: Read, wish: Record<string, unknown>) =>
  study.call('POST', `${study.base}/reads/${read.id}/inference`, {
    token: study.readers[0].token,
    lease: read.lease,
    json: { provider: 'cpu', labels: [{ model: 2, structure: 1 }], ...wish },
  });

async function run(read: Read, wish: Record<string, unknown>): Promise<Provenance> {
  const answer = await ask(read, wish);
  expect(answer.status).toBe(202);
  const job = await into.ended(await answer.json<Job>());
  expect(job).toMatchObject({ state: 'done' });
  return provenanceOf(read);
}

/** Of the read's latest AI mask. */
function provenanceOf(read: Read): Provenance {
  const database = new Database(join(into.home, 'study.sqlite'), { readonly: true });
  const row = database
    .prepare(
      "SELECT provenance FROM mask_revision WHERE read_id = ? AND kind = 'proposal' ORDER BY rowid DESC",
    )
    .get(read.id) as { provenance: string };
  database.close();
  return JSON.parse(row.provenance) as Provenance;
}

beforeAll(async () => {
  study = await studyOverFetch({
    cases: 1,
    readers: ['Ada'],
    protocol: { modality: 'MR' },
    rounds: [{ name: 'One', arm: 'assisted', washoutDays: 0 }],
  });
  into = await importingInto(study);
  for (const [name, modality, words] of [
    ['T1 scan', 'MR', 't1_vibe_fs_tra'],
    ['T2 scan', 'MR', 'T2 HASTE'],
    ['CT scan', 'CT', 'abdomen'],
  ] as const)
    await into.importing({ path: series(name, modality, words), name });
  // As public sets lie on disk: only a folder says what it is.
  const nifti = into.at('t2/imagesTr/NYU_0001_0000.nii.gz');
  mkdirSync(dirname(nifti), { recursive: true });
  const voxels = Int16Array.from({ length: VOXELS }, (_, v) => v % 777);
  await writeNifti(nifti, { grid: FILE_GRID, voxels });
  await into.importing({ path: nifti, name: 'By its folder' });
  const token = study.readers[0].token;
  const cases = await into.cases();
  for (const { assignmentId } of (await worklist(study, token)) as (WorklistItem & {
    assignmentId: string;
  })[]) {
    const answer = await study.call('POST', `${study.base}/reads`, { token, json: { assignmentId } });
    const read = await answer.json<Read>();
    reads.set([read.volume.modality, read.volume.sequence].join(' ').trim(), read);
  }
  expect(cases).toHaveLength(5);
  expect([...reads.keys()].toSorted()).toEqual(['', 'CT', 'MR T1', 'MR T2', 'T2']);
  await add('made-for-t1', { modality: 'MR', sequence: 'T1' });
  await add('made-for-ct', { modality: 'CT' });
  await add('made-for-any', { modality: null });
}, 120_000);
afterAll(() => study?.close());

const of = (scan: string) => reads.get(scan)!;

describe('a model on a scan', () => {
  it.each([
    ['made-for-t1', 'MR T2', /made for MR T1; this is MR T2/],
    ['made-for-t1', 'T2', /made for MR T1; this is MR T2/],
    ['made-for-t1', 'CT', /made for MR T1; this is CT/],
    ['made-for-ct', 'MR T1', /made for CT; this is MR T1/],
    ['made-for-ct', '', /made for CT; this is MR/],
  ])('%s on %s must be confirmed', async (modelId, scan, sentence) => {
    const answer = await ask(of(scan), { modelId });
    expect(answer).toMatchObject({ status: 409, code: 'modality-differs' });
    expect((await answer.json<{ detail: string }>()).detail).toMatch(sentence);
    expect((await jobs()).filter(({ kind }) => kind === 'inference')).toEqual([]);
  });

  it('that was made for it runs unasked, and says how', async () => {
    const provenance = await run(of('MR T1'), { modelId: 'made-for-t1' });
    expect(provenance).toMatchObject({
      modelId: 'made-for-t1',
      provider: 'cpu',
      confirmedModality: false,
      doubt: null,
      settings: { mirrored: false, overlap: 0.5, networks: 1, precision: 'float32' },
    });
    expect(provenance.settings?.labels).toEqual([{ model: 2, structure: 1 }]);
    expect(provenance.modelSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(provenance.modelSha256).not.toBe(sha256);
  });

  it('that was not runs once it is confirmed, and the mask says so for ever', async () => {
    const provenance = await run(of('MR T2'), { modelId: 'made-for-t1', confirmedModality: true });
    expect(provenance).toMatchObject({ confirmedModality: true });
    expect(provenance.doubt).toMatch(/made for MR T1; this is MR T2/);
  });

  it('made for anything is never doubted, confirmed or not', async () => {
    const provenance = await run(of('CT'), { modelId: 'made-for-any', confirmedModality: true });
    expect(provenance).toMatchObject({ confirmedModality: false, doubt: null });
  });
});

const jobs = async () =>
  (await study.call('GET', `${study.base}/jobs`, { token: study.coordinator })).json<Job[]>();

describe('a model that a read needs', () => {
  it('stays until the run has ended; then it goes, and the mask keeps what it knows', async () => {
    const read = of('');
    const answer = await ask(read, { modelId: 'made-for-t1' });
    expect(answer.status).toBe(202);
    const job = await answer.json<Job>();
    let refused = false;
    for (let state = 'queued'; state === 'queued' || state === 'running';) {
      state = (await jobs()).find(({ id }) => id === job.id)!.state;
      const removal = await study.call('DELETE', '/api/models/made-for-any');
      if (removal.status !== 204) expect(removal.code).toBe('model-not-found');
      if (state === 'running' && !refused) {
        const held = await study.call('DELETE', '/api/models/made-for-t1');
        if (held.status === 409) {
          expect(held.code).toBe('model-in-use');
          refused = true;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await into.ended(job)).toMatchObject({ state: 'done' });
    expect(provenanceOf(read).notes).toContain(
      'Phantom PanSegNet was made for T1. This scan does not say which sequence it is.',
    );
    expect(refused).toBe(true);
    expect((await study.call('DELETE', '/api/models/made-for-t1')).status).toBe(204);
    const token = study.readers[0].token;
    const kept = await (await study.call('GET', `${study.base}/reads/${read.id}`, { token })).json<Read>();
    expect(kept.base).toMatchObject({ kind: 'proposal', note: 'Phantom PanSegNet 1' });
    const again = await ask(read, { modelId: 'made-for-t1' });
    expect(again).toMatchObject({ status: 404, code: 'model-not-found' });
  });
});
