// What is offered for import: files, whole data sets, DICOM folders, and folders that lead in circles.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImportCandidateSchema, ImportSchema } from '../contract/cases.ts';
import { counting, dicomBytes, niftiBytes, temporaryFolder, writeBytes } from '../imaging/test-files.ts';
import { findCandidates } from './import-candidates.ts';

const folder = temporaryFolder();
const nifti = niftiBytes(counting());

function put(name: string, bytes: Uint8Array = nifti): string {
  mkdirSync(dirname(folder.path(name)), { recursive: true });
  return writeBytes(folder.path(name), bytes);
}

beforeAll(() => mkdirSync(folder.path('.'), { recursive: true }));
afterAll(() => folder.remove());

/** Candidates as name → description, each checked against the contract. */
async function offered(...names: string[]) {
  const found = await findCandidates(names.map((name) => folder.path(name)));
  for (const one of found) {
    ImportCandidateSchema.parse(one);
    const { path, series, suggestedName: name } = one;
    ImportSchema.parse({ items: [{ path, series, name }] });
  }
  return found;
}

describe('an nnU-Net data set', () => {
  it('gives a case for each image, names them, and says which channels are left out', async () => {
    for (const name of ['a_0000', 'a_0001', 'a_0002', 'b_0000', 'c_0001']) put(`set/imagesTr/${name}.nii.gz`);
    put('set/imagesTs/d_0000.nii.gz');
    put('set/labelsTr/a.nii.gz');
    writeFileSync(folder.path('set/dataset.json'), '{}');
    const found = await offered('set');
    expect(found.map((c) => [c.suggestedName, c.problem])).toEqual([
      ['a', null],
      ['b', null],
      ['c_0001', null],
      ['d', null],
    ]);
    expect(found[0].description).toBe('NIfTI, channel 1 of 3; the others are left out');
    expect(found[1].description).toBe('NIfTI');
  });

  it('patients numbered from 0000 in any other folder stay apart', async () => {
    for (const n of ['0000', '0001', '0002']) put(`ward/patient_${n}.nii.gz`);
    const found = await offered('ward');
    expect(found.map((c) => c.suggestedName)).toEqual(['patient_0000', 'patient_0001', 'patient_0002']);
  });
});

describe('folders', () => {
  it('links that lead in circles end, and each volume is offered once', async () => {
    put('ring/deep/one.nii');
    symlinkSync(folder.path('ring'), folder.path('ring/deep/again'));
    symlinkSync(folder.path('ring/deep'), folder.path('ring/beside'));
    expect((await offered('ring')).map((c) => c.suggestedName)).toEqual(['one']);
  });

  it('lists each series of a DICOM folder, with what is wrong of one', async () => {
    for (const [n, z] of [0, 2, 4].entries()) {
      put(`study/A${n}`, dicomBytes({ series: '1.2.1', description: 'thin', position: [0, 0, z] }));
    }
    for (const [n, z] of [0, 2, 6].entries()) {
      put(
        `study/B${n}`,
        dicomBytes({ series: '1.2.2', description: 'thick', position: [0, 0, z], value: 3 }),
      );
    }
    const found = await offered('study');
    expect(found.map((c) => [c.series, c.suggestedName, c.files]).toSorted()).toEqual([
      ['1.2.1', 'study thin', 3],
      ['1.2.2', 'study thick', 3],
    ]);
    expect(found.find((c) => c.series === '1.2.1')).toMatchObject({
      problem: null,
      shape: [5, 4, 3],
      modality: 'CT',
    });
    expect(found.find((c) => c.series === '1.2.2')?.problem).toMatch(/slice/i);
  });

  it('an empty one, and one of other things, are told', async () => {
    mkdirSync(folder.path('empty'));
    put('letters/a.txt', Buffer.from('Dear reader'));
    for (const name of ['empty', 'letters']) {
      expect((await offered(name))[0].problem).toMatch(
        /no NIfTI, NRRD or MetaImage file and no DICOM series/,
      );
    }
  });

  it('more files than anybody imports are refused before they are opened', async () => {
    mkdirSync(folder.path('heap'));
    for (let n = 0; n < 20_001; n++) writeFileSync(folder.path(`heap/${n}`), '');
    await expect(findCandidates([folder.path('heap')])).rejects.toMatchObject({ code: 'folder-too-large' });
  });
});

describe('files', () => {
  it('one line each, in order, with the reason of those that cannot be imported', async () => {
    put('good.nii');
    put('bad.nii', Buffer.from('no image at all'));
    put('none.nii', Buffer.alloc(0));
    const found = await offered('good.nii', 'bad.nii', 'none.nii', 'gone.nii');
    expect(found.map((c) => c.problem === null)).toEqual([true, false, false, false]);
    expect(found[1].problem).toContain('bad.nii');
    expect(found[3].problem).toMatch(/not there any more/);
  });

  it.skipIf(process.platform === 'win32')('a device or a pipe is refused and never waited for', async () => {
    const [line] = await findCandidates(['/dev/zero']);
    expect(line.problem).not.toBeNull();
  });

  it('a name fits the contract, however long the file is called', async () => {
    put(`${'x'.repeat(200)}.nii`);
    put('.nii');
    const [long, none] = await offered(`${'x'.repeat(200)}.nii`, '.nii');
    expect(long.suggestedName).toBe('x'.repeat(120));
    expect(none.suggestedName).toBe('Case');
  });
});
