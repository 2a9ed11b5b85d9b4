// Studies through the fetch handler: making, opening, signing in, one-study hosts, and a trail that shows tampering.
import Database from 'better-sqlite3';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackend } from '../../electron/backend/index.ts';
import type { Host } from '../../electron/contract/host.ts';
import type { ProblemDetails } from '../../electron/contract/problem.ts';
import type { StudyFace, StudyOverview } from '../../electron/contract/study.ts';
import {
  openRead,
  patchOver,
  sendPatch,
  studyOverFetch,
  type StudyOverFetch,
} from '../fixtures/study-over-fetch.ts';

let study: StudyOverFetch;
let now = Date.parse('2026-02-01T08:00:00Z');
let folder: string;
const isRoot = process.getuid?.() === 0;

const GOOD = {
  name: 'Another study',
  modality: 'MR',
  structures: [{ label: 1, name: 'Liver', colour: '#e69f00' }],
  coordinator: { name: 'Cora', passphrase: 'open sesame' },
  readers: [{ name: 'Ada', passphrase: 'open sesame' }],
};

beforeAll(async () => {
  study = await studyOverFetch({ cases: 1, readers: ['Ada', 'Ben'], now: () => now });
  folder = mkdtempSync(join(tmpdir(), 'concord-studies-'));
});
afterAll(async () => {
  await study?.close();
  rmSync(folder, { recursive: true, force: true });
});

const host = async () => (await study.call('GET', '/api/host')).json<Host>();
const create = (protocol: unknown, at?: string) =>
  study.call('POST', '/api/studies', { json: { protocol, ...(at ? { folder: at } : {}) } });
const open = (path: string) => study.call('POST', '/api/studies/open', { json: { folder: path } });

describe('making a study', () => {
  const wrong: [string, object, string, RegExp][] = [
    ['no name', { name: '  ' }, 'protocol.name', /empty/],
    ['a long name', { name: 'x'.repeat(121) }, 'protocol.name', /120/],
    ['an unknown modality', { modality: 'US' }, 'protocol.modality', /./],
    ['no structures', { structures: [] }, 'protocol.structures', /at least one/],
    ['label 0', { structures: [{ label: 0, name: 'A', colour: '#000000' }] }, 'protocol.structures.0.label', /1 to 255/],
    ['label 256', { structures: [{ label: 256, name: 'A', colour: '#000000' }] }, 'protocol.structures.0.label', /1 to 255/],
    ['half a label', { structures: [{ label: 1.5, name: 'A', colour: '#000000' }] }, 'protocol.structures.0.label', /./],
    ['no colour', { structures: [{ label: 1, name: 'A', colour: 'red' }] }, 'protocol.structures.0.colour', /#/],
    ['a label twice', { structures: [...GOOD.structures, { label: 1, name: 'B', colour: '#000000' }] }, 'protocol.structures.1', /label 1 is used twice/],
    ['a structure twice', { structures: [...GOOD.structures, { label: 2, name: 'LIVER', colour: '#000000' }] }, 'protocol.structures.1', /liver is used twice/],
    ['a short passphrase', { coordinator: { name: 'Cora', passphrase: 'abc' } }, 'protocol.coordinator.passphrase', /4 characters/],
    ['a name twice', { readers: [{ name: 'cora', passphrase: 'open sesame' }] }, 'protocol.readers.0.name', /used twice/],
    ['no rounds', { rounds: [] }, 'protocol.rounds', /at least one/],
    ['a negative washout', { rounds: [{ name: 'R', arm: 'assisted', washoutDays: -1 }] }, 'protocol.rounds.0.washoutDays', /./],
  ]; // prettier-ignore
  it.each(wrong)('%s is named by its field', async (_name, change, path, sentence) => {
    const before = readdirSync((await host()).studiesFolder);
    const answer = await create({ ...GOOD, ...change });
    expect(answer).toMatchObject({ status: 400, code: 'invalid-request' });
    const { fields, detail } = await answer.json<ProblemDetails>();
    const field = fields?.find((entry) => entry.path === path);
    expect(field?.message, JSON.stringify(fields)).toMatch(sentence);
    expect(detail.length).toBeGreaterThan(10);
    expect(readdirSync((await host()).studiesFolder)).toEqual(before);
  });

  it('something that is no JSON gets a sentence', async () => {
    for (const body of ['{', '[]', 'null', '']) {
      const answer = await study.backend.fetch(
        new Request('http://concord.test/api/studies', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        }),
      );
      expect(answer.status, body).toBe(400);
      expect(answer.headers.get('content-type'), body).toBe('application/problem+json');
      expect(((await answer.json()) as ProblemDetails).code).toMatch(/^[a-z-]+$/);
    }
  });

  it('takes the name as the folder, safely, and refuses a second of that name', async () => {
    const name = 'A/B: “Leber” ../..';
    const made = await create({ ...GOOD, name });
    expect(made.status).toBe(201);
    const face = await made.json<StudyFace>();
    expect(face.name).toBe(name);
    expect(face.people.map((person) => person.name)).toEqual(['Cora', 'Ada']);
    expect(JSON.stringify(face)).not.toContain('scrypt');
    const { studiesFolder, studies } = await host();
    const listed = studies.find((entry) => entry.id === face.id)!;
    expect(listed.folder.startsWith(studiesFolder)).toBe(true);
    expect(existsSync(join(listed.folder, 'study.sqlite'))).toBe(true);
    expect(await create({ ...GOOD, name })).toMatchObject({ status: 409, code: 'study-exists' });
  });

  it('refuses places that cannot hold it, and leaves nothing there', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, 'x');
    expect((await create(GOOD, join(folder, 'no-suffix'))).code).toBe('study-name-wrong');
    expect((await create(GOOD, join(file, 'S.concord'))).code).toBe('folder-unusable');
    expect((await create(GOOD, join('/proc', 'S.concord'))).status).toBeLessThan(500);
    expect(readdirSync(folder)).toEqual(['a-file']);
  });
});

describe('opening a study', () => {
  const madeAt = (name: string) => join(folder, `${name}.concord`);
  async function fresh(name: string): Promise<string> {
    // Made by another Concord, so that this one has not opened it.
    const other = await createBackend({
      home: join(folder, `home of ${name}`),
      host: 'test',
      modelsFolder: folder,
      version: '0.0.0',
    });
    const json = JSON.stringify({ protocol: { ...GOOD, name }, folder: madeAt(name) });
    const headers = { 'content-type': 'application/json' };
    const made = await other.fetch(
      new Request('http://concord.test/api/studies', { method: 'POST', headers, body: json }),
    );
    expect(made.status).toBe(201);
    await other.close();
    return madeAt(name);
  }
  function tamper(path: string, sql: string): void {
    const database = new Database(join(path, 'study.sqlite'));
    database.exec(sql);
    database.close();
  }

  it('a moved study opens, twice too, and is remembered', async () => {
    const path = await fresh('Moved');
    const first = await open(path);
    expect(first.status).toBe(200);
    const { id } = await first.json<StudyFace>();
    expect((await (await open(`${path}/`)).json<StudyFace>()).id).toBe(id);
    expect((await host()).studies[0]).toMatchObject({ id, folder: path, available: true, problem: null });
  });

  it('a copy of an open study is refused: two folders must not both be the study', async () => {
    const path = await fresh('Twin');
    cpSync(path, madeAt('Copy'), { recursive: true });
    expect((await open(path)).status).toBe(200);
    const answer = await open(madeAt('Copy'));
    expect(answer).toMatchObject({ status: 409, code: 'study-copy' });
    expect((await answer.json<ProblemDetails>()).detail).toContain(path);
  });

  it('what is not a study, is newer, or is damaged gets its reason and stays as it is', async () => {
    const bytesOf = (path: string) =>
      existsSync(join(path, 'study.sqlite')) ? readFileSync(join(path, 'study.sqlite')) : null;
    const refused = async (path: string, code: string) => {
      const before = bytesOf(path);
      const answer = await open(path);
      expect(bytesOf(path), path).toEqual(before);
      expect(answer.code, path).toBe(code);
      expect(answer.status).toBeLessThan(500);
      expect((await answer.json<ProblemDetails>()).detail).toMatch(/^[^\n]{20,400}\.$/);
    };
    await refused(join(folder, 'nowhere.concord'), 'study-not-found');
    await refused(folder, 'study-not-found');

    const newer = await fresh('Newer');
    tamper(newer, 'PRAGMA user_version = 999');
    await refused(newer, 'study-newer');

    const foreign = madeAt('Foreign');
    mkdirSync(foreign);
    tamper(foreign, 'CREATE TABLE letters (a TEXT)');
    await refused(foreign, 'study-damaged');
    const text = madeAt('Text');
    mkdirSync(text);
    writeFileSync(join(text, 'study.sqlite'), 'Dear reader, this is no database at all. '.repeat(50));
    await refused(text, 'study-damaged');
    const nothing = madeAt('Nothing');
    mkdirSync(nothing);
    writeFileSync(join(nothing, 'study.sqlite'), '');
    await refused(nothing, 'study-damaged');
    const hollow = await fresh('Hollow');
    tamper(hollow, 'PRAGMA foreign_keys = OFF; DELETE FROM study');
    await refused(hollow, 'study-damaged');
    expect((await host()).studies.every((entry) => !entry.folder.includes('Foreign'))).toBe(true);
  });

  it.skipIf(isRoot)(
    `a read-only folder${isRoot ? ' (SKIPPED: root may write everywhere)' : ''}`,
    async () => {
      const path = await fresh('Locked');
      chmodSync(path, 0o555);
      expect(await open(path)).toMatchObject({ status: 403, code: 'study-read-only' });
      chmodSync(path, 0o755);
    },
  );

  it('a study whose folder went away is still listed, with a sentence', async () => {
    const path = await fresh('Gone');
    const { id } = await (await open(path)).json<StudyFace>();
    rmSync(path, { recursive: true });
    const listed = (await host()).studies.find((entry) => entry.id === id)!;
    expect(listed.available).toBe(false);
    expect(listed.problem).toContain(path);
  });

  it('a host for one study opens and makes no other', async () => {
    const path = await fresh('Only');
    const other = await fresh('Other');
    const only = await createBackend({
      home: join(folder, 'home of one'),
      host: 'test',
      modelsFolder: folder,
      version: '0.0.0',
      study: path,
    });
    const post = async (to: string, json: unknown) => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(json);
      const answer = await only.fetch(
        new Request(`http://concord.test/api${to}`, { method: 'POST', headers, body }),
      );
      return { status: answer.status, code: ((await answer.json()) as { code?: string }).code };
    };
    expect(await post('/studies/open', { folder: path })).toMatchObject({ status: 200 });
    const refusal = { status: 403, code: 'one-study-host' };
    expect(await post('/studies/open', { folder: other })).toEqual(refusal);
    expect(await post('/studies', { protocol: { ...GOOD, name: 'Third' } })).toEqual(refusal);
    expect(await post('/studies/demo', {})).toEqual(refusal);
    expect(await post('/models', { path: folder })).toEqual(refusal);
    const listed = (await (await only.fetch(new Request('http://concord.test/api/host'))).json()) as Host;
    expect(listed.oneStudy).toBe(true);
    expect(listed.studies.map((entry) => entry.folder)).toEqual([path]);
    await only.close();
  });
});

describe('signing in', () => {
  const signIn = (personId: string, passphrase: string) =>
    study.call('POST', `${study.base}/sign-in`, { json: { personId, passphrase } });

  it('right, wrong, somebody unknown', async () => {
    const [ada] = study.readers;
    const right = await signIn(ada.id, 'open sesame');
    expect(right.status).toBe(200);
    const { token, you } = await right.json<{ token: string; you: { name: string } }>();
    expect(you.name).toBe('Ada');
    const face = await (await study.call('GET', study.base, { token })).json<StudyFace>();
    expect(face.you?.name).toBe('Ada');
    expect(await signIn(ada.id, 'Open sesame')).toMatchObject({ status: 401, code: 'wrong-passphrase' });
    expect(await signIn('0123456789abcdefghij', 'open sesame')).toMatchObject({ code: 'wrong-passphrase' });
    expect((await signIn('', 'open sesame')).status).toBe(400);
  });

  it('guessing gets slower, for that person only, and ends with the right passphrase', async () => {
    const [ada, ben] = study.readers;
    await signIn(ben.id, 'open sesame');
    for (let n = 0; n < 5; n++) expect((await signIn(ben.id, `guess ${n}`)).code).toBe('wrong-passphrase');
    const held = await signIn(ben.id, 'open sesame');
    expect(held).toMatchObject({ status: 429, code: 'too-many-tries' });
    expect((await held.json<ProblemDetails>()).detail).toMatch(/in 1 s/);
    expect((await signIn(ada.id, 'open sesame')).status).toBe(200);
    now += 1_000;
    expect((await signIn(ben.id, 'guess 6')).code).toBe('wrong-passphrase');
    now += 1_000;
    expect((await signIn(ben.id, 'open sesame')).code).toBe('too-many-tries');
    now += 1_000;
    expect((await signIn(ben.id, 'open sesame')).status).toBe(200);
    expect((await signIn(ben.id, 'guess 7')).code).toBe('wrong-passphrase');
  });
});

describe('a study grows', () => {
  it('a reader is added once, and gets every case; a round too', async () => {
    const token = study.coordinator;
    const add = (json: unknown) => study.call('POST', `${study.base}/readers`, { token, json });
    expect((await add({ name: 'Cleo', passphrase: 'open sesame' })).status).toBe(201);
    expect(await add({ name: 'CLEO', passphrase: 'open sesame' })).toMatchObject({ code: 'name-taken' });
    expect(await add({ name: 'Dan', passphrase: 'x' })).toMatchObject({ code: 'invalid-request' });
    const round = { name: 'Round 3', arm: 'unassisted', washoutDays: 0 };
    expect((await study.call('POST', `${study.base}/rounds`, { token, json: round })).status).toBe(201);
    const overview = await (
      await study.call('GET', `${study.base}/overview`, { token })
    ).json<StudyOverview>();
    expect(overview.people.map((person) => person.name)).toEqual(['Cora', 'Ada', 'Ben', 'Cleo']);
    expect(overview.rounds.map((r) => r.number)).toEqual([1, 2, 3]);
    const board = await (await study.call('GET', `${study.base}/board`, { token })).json<unknown[]>();
    expect(board).toHaveLength(1 * 3 * 3);
  });
});

describe('agreement and the audit trail', () => {
  it('agreement with nothing to compare says what it needs', async () => {
    const token = study.coordinator;
    const answer = await study.call('POST', `${study.base}/agreement/runs`, { token, json: {} });
    expect(answer).toMatchObject({ status: 409, code: 'nothing-to-compare' });
    expect((await answer.json<ProblemDetails>()).detail).toMatch(/No read is sealed yet/);
    const latest = await study.call('GET', `${study.base}/agreement`, { token });
    expect(await latest.json()).toMatchObject({ run: null, rows: [], summary: [] });
    const report = await study.call('GET', `${study.base}/report.html`, { token });
    expect(report.status).toBeLessThan(500);
  });

  it('one sealed read alone is still nothing to compare', async () => {
    const [ada] = study.readers;
    const read = await openRead(study, ada.token);
    expect((await sendPatch(study, ada.token, read, 1, patchOver(100, 400, 0, 1))).status).toBe(200);
    const path = `${study.base}/reads/${read.id}/seal`;
    expect((await study.call('POST', path, { token: ada.token, lease: read.lease })).status).toBe(200);
    const token = study.coordinator;
    const answer = await study.call('POST', `${study.base}/agreement/runs`, { token, json: {} });
    expect((await answer.json<ProblemDetails>()).detail).toMatch(/No two sealed reads belong together/);
  });

  it('a row changed behind Concord’s back is named', async () => {
    const token = study.coordinator;
    const verify = async () =>
      (await study.call('POST', `${study.base}/audit/verify`, { token, json: {} })).json<{
        intact: boolean;
        events: number;
        firstBroken: { seq: number; reason: string } | null;
        sealsChecked: number;
      }>();
    const before = await verify();
    expect(before).toMatchObject({ intact: true, firstBroken: null, sealsChecked: 1 });
    expect(before.events).toBeGreaterThan(4);

    const overview = await (
      await study.call('GET', `${study.base}/overview`, { token })
    ).json<StudyOverview>();
    const database = new Database(join(overview.folder, 'study.sqlite'));
    expect(() => database.exec("UPDATE audit_event SET actor = 'Nobody' WHERE seq = 3")).toThrow(
      /never change/,
    );
    database.exec("DROP TRIGGER audit_event_is_final; UPDATE audit_event SET actor = 'Nobody' WHERE seq = 3");
    database.close();
    const after = await verify();
    expect(after.intact).toBe(false);
    expect(after.firstBroken?.seq).toBe(3);
    expect(after.firstBroken?.reason).toMatch(/^event 3 \([a-z.-]+\) was changed after it was written$/);
  });
});
