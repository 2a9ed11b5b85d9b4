// `concord study`, `import` and `audit` as a person runs them: a process each, what it prints, how it ends.
import Database from 'better-sqlite3';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Grid } from '../contract/geometry.ts';
import { writeNifti } from '../imaging/index.ts';

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
const grid: Grid = {
  shape: [16, 12, 8],
  spacing: [1, 1, 2],
  origin: [0, 0, 0],
  direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
};
const VOXELS = 16 * 12 * 8;
let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'concord-cli-study-'));
  writeFileSync(
    at('protocol.json'),
    JSON.stringify({
      name: 'Pancreas',
      modality: 'CT',
      structures: [{ label: 7, name: 'Pancreas', colour: '#e69f00' }],
      coordinator: { name: 'Cora', passphrase: 'open sesame' },
      readers: [{ name: 'Ada', passphrase: 'open sesame' }],
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number;
  out: string;
  err: string;
}
function concord(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, CONCORD_HOME: at('home') };
    execFile(process.execPath, [cli, ...args], { env, cwd: folder }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    );
  });
}
/** Refused: exit 2, nothing printed, one sentence or two that name what is wrong, no stack. */
async function refused(what: RegExp, ...args: string[]): Promise<void> {
  const ended = await concord(...args);
  expect(ended.code, ended.err).toBe(2);
  expect(ended.out).toBe('');
  expect(ended.err).toMatch(/^concord: .+\n$/);
  expect(ended.err).toMatch(what);
  expect(ended.err).not.toMatch(/\n\s+at /);
}
const image = (name: string, seed: number) =>
  writeNifti(at(name), {
    grid,
    voxels: Int16Array.from({ length: VOXELS }, (_, v) => ((v * seed) % 300) - 50),
  });

describe('a study on the command line', () => {
  it('is created and shown', async () => {
    const made = await concord('study', 'create', 'P.concord', '--protocol', 'protocol.json', '--json');
    expect(made, made.err).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(made.out)).toEqual({
      id: expect.any(String),
      name: 'Pancreas',
      folder: at('P.concord'),
    });
    const shown = JSON.parse((await concord('study', 'show', 'P.concord', '--json')).out);
    expect(shown).toMatchObject({
      name: 'Pancreas',
      people: [
        { name: 'Cora', role: 'coordinator' },
        { name: 'Ada', role: 'reader' },
      ],
      cases: [],
      reads: { due: 0, draft: 0, locked: 0, sealed: 0 },
    });
    expect(JSON.stringify(shown)).not.toContain('scrypt');
    await refused(/exists already/, 'study', 'create', 'P.concord', '--protocol', 'protocol.json');
  });

  it('is not made from a protocol that is wrong, and nothing is left', async () => {
    writeFileSync(at('no.json'), '{');
    writeFileSync(at('half.json'), JSON.stringify({ name: 'X', modality: 'CT', structures: [] }));
    await refused(/no\.json is not JSON/, 'study', 'create', 'X.concord', '--protocol', 'no.json');
    await refused(/gone\.json/, 'study', 'create', 'X.concord', '--protocol', 'gone.json');
    await refused(/--protocol/, 'study', 'create', 'X.concord');
    await refused(/\.concord/, 'study', 'create', 'X', '--protocol', 'protocol.json');
    const half = await concord('study', 'create', 'X.concord', '--protocol', 'half.json');
    expect(half).toMatchObject({ code: 2, out: '' });
    expect(half.err).toMatch(/structures a study needs at least one structure/);
    expect(readdirSync(folder).filter((name) => name.startsWith('X') || name.startsWith('.new'))).toEqual([]);
  });

  it('that is none is refused by every command', async () => {
    for (const command of [
      ['study', 'show'],
      ['audit', 'verify'],
    ]) {
      await refused(/nowhere\.concord is not a Concord study/, ...command, 'nowhere.concord');
    }
    await refused(/nowhere\.concord/, 'import', 'nowhere.concord', 'protocol.json');
    expect(existsSync(at('nowhere.concord'))).toBe(false);
  });
});

describe('concord import', () => {
  it('takes a data set in, and tells what could not be taken', async () => {
    mkdirSync(at('set/imagesTr'), { recursive: true });
    await image('set/imagesTr/one_0000.nii.gz', 3);
    await image('set/imagesTr/two_0000.nii.gz', 5);
    const set = await concord('import', 'P.concord', 'set', '--json');
    expect(set.code, set.err).toBe(0);
    const { cases, failures } = JSON.parse(set.out);
    expect(cases.map((c: { name: string }) => c.name)).toEqual(['one', 'two']);
    expect(failures).toEqual([]);

    writeFileSync(at('bad.nii'), 'no image');
    await image('three.nii.gz', 11);
    const mixed = await concord(
      'import',
      'P.concord',
      'bad.nii',
      'three.nii.gz',
      'set/imagesTr/one_0000.nii.gz',
    );
    expect(mixed.code).toBe(1);
    expect(mixed.out).toMatch(/^Imported three as case [0-9a-z]{20}\n$/);
    expect(mixed.err).toMatch(/bad\.nii/);
    expect(mixed.err).toMatch(/in this study already, as case one/);
    const shown = JSON.parse((await concord('study', 'show', 'P.concord', '--json')).out);
    expect(shown.cases.map((c: { name: string }) => c.name)).toEqual(['one', 'two', 'three']);
    expect(shown.reads).toEqual({ due: 3, draft: 0, locked: 3, sealed: 0 });
  });

  it('refuses what leaves nothing to import', async () => {
    await refused(/bad\.nii/, 'import', 'P.concord', 'bad.nii');
    await refused(/not there/, 'import', 'P.concord', 'gone.nii');
    await refused(/at least one volume/, 'import', 'P.concord');
  });
});

describe('concord import --mask', () => {
  const mask = (name: string, label: number) =>
    writeNifti(at(name), {
      grid,
      voxels: Uint8Array.from({ length: VOXELS }, (_, v) => (v % 5 === 0 ? label : 0)),
    });
  const args = (more: object = {}) => {
    const all = { '--mask': 'mask.nii.gz', '--reader': 'ada', '--round': '1', '--case': 'ONE', ...more };
    return [
      'import',
      'P.concord',
      ...Object.entries(all).flatMap(([name, value]) => (value ? [name, value] : [])),
    ];
  };

  it('seals a mask as somebody’s read, by the name of the case, once', async () => {
    await mask('mask.nii.gz', 7);
    const sealed = await concord(...args(), '--json');
    expect(sealed.code, sealed.err).toBe(0);
    expect(JSON.parse(sealed.out)).toMatchObject({ case: 'one', reader: 'Ada', round: 1 });
    const again = await concord(...args());
    expect(again).toMatchObject({ code: 2, out: '' });
    const shown = JSON.parse((await concord('study', 'show', 'P.concord', '--json')).out);
    expect(shown.reads.sealed).toBe(1);
  });

  it('refuses whatever does not fit, by its name', async () => {
    await mask('foreign.nii.gz', 9);
    await refused(/no reader Eve .* there are Ada/, ...args({ '--reader': 'Eve' }));
    await refused(/four/, ...args({ '--case': 'four' }));
    await refused(/round/i, ...args({ '--round': '9', '--case': 'two' }));
    await refused(/whole number/, ...args({ '--round': 'x' }));
    await refused(/needs --reader, --round and --case/, ...args({ '--reader': '' }));
    await refused(/9/, ...args({ '--mask': 'foreign.nii.gz', '--case': 'two' }));
  });
});

describe('concord audit verify', () => {
  it('names the read whose measurements are not those that were sealed, and exits 1', async () => {
    const database = new Database(at('P.concord/study.sqlite'));
    const guard = database
      .prepare("SELECT sql FROM sqlite_master WHERE name = 'annotation_only_on_drafts'")
      .pluck()
      .get() as string;
    const read = database.prepare("SELECT id FROM read WHERE state = 'sealed'").pluck().get() as string;
    const late = database.prepare(
      "INSERT INTO annotation VALUES ('late', ?, 'ruler', 'axial', 1, '[[0,0,0],[3,4,0]]', 5, NULL, '2026-03-01', NULL)",
    );
    database.exec('DROP TRIGGER annotation_only_on_drafts');
    late.run(read);
    const told = await concord('audit', 'verify', 'P.concord');
    expect(told).toMatchObject({
      code: 1,
      out: `Read ${read}: its measurements are not those that were sealed.\n`,
    });
    database.exec('DROP TRIGGER annotation_stays_when_sealed; DELETE FROM annotation');
    database.exec(guard);
    database.close();
    expect((await concord('audit', 'verify', 'P.concord')).code).toBe(0);
  });
  it('says intact, and after a row was changed exits 1 and names it', async () => {
    const before = await concord('audit', 'verify', 'P.concord');
    expect(before).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Intact: \d+ events, 1 sealed masks?\.\n$/),
    });
    const database = new Database(at('P.concord/study.sqlite'));
    database.exec("DROP TRIGGER audit_event_is_final; UPDATE audit_event SET actor = 'Eve' WHERE seq = 2");
    database.close();
    const after = await concord('audit', 'verify', 'P.concord', '--json');
    expect(after.code).toBe(1);
    expect(JSON.parse(after.out)).toMatchObject({ intact: false, firstBroken: { seq: 2 } });
    const told = await concord('audit', 'verify', 'P.concord');
    expect(told.out).toMatch(/^Broken at event 2: event 2 \(.+\) was changed after it was written\.\n$/);
  });
});
