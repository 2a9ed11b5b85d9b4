// A study on two machines: handed out, read there, given back, merged; and everything that could go wrong on the way.
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, expect, it } from 'vitest';
import Database from 'better-sqlite3';
import { createBackend, type Backend } from '../../electron/backend/index.ts';
import type { OpenStudy } from '../../electron/backend/context.ts';
import type { Display } from '../../electron/contract/display.ts';
import type { Read, WorklistItem } from '../../electron/contract/reads.ts';
import type { StudyFace } from '../../electron/contract/study.ts';
import {
  openRead,
  patchOver,
  sendPatch,
  studyOverFetch,
  worklist,
  type StudyOverFetch,
} from '../fixtures/study-over-fetch.ts';

const LOCK = { passphrase: 'correct horse battery', workFactor: 10 };
let study: StudyOverFetch;
let opened: OpenStudy;
let away: Backend;
let clock = Date.parse('2026-03-01T10:00:00.000Z');
const file = (name: string) => join(study.folder, name);
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  );

const VIEW = { window: { width: 350, level: 40 }, crosshair: [1, 2, 3] };
/** A person's display, with one structure's look of `colour`. */
const looks = (colour: string) => ({
  structures: { 1: { colour, locked: true } },
  order: [2, 1],
  hangings: { CT: { layout: 'four', main: 'coronal', smooth: false } },
});
const keepHere = (token: string, colour: string) =>
  study.call('POST', `${study.base}/display`, { token, json: looks(colour) });
const displayHere = async (token: string) =>
  (await study.call('GET', `${study.base}/display`, { token })).json<Display>();

beforeAll(async () => {
  const questions = [{ text: 'Sure?', scale: 'ordinal', levels: ['no', 'yes'], required: false }];
  study = await studyOverFetch({ now: () => clock, monotonic: () => 0, cases: 3, protocol: { questions } });
  opened = study.backend.services.studies.get(study.base.split('/').at(-1)!);
  const away_ = { home: file('away'), host: 'test' as const, modelsFolder: file('models'), version: '0' };
  away = await createBackend({ ...away_, now: () => clock, monotonic: () => 0 });
}, 60_000);
afterAll(async () => {
  await away?.close();
  await study?.close();
});

/** The reader's machine: the same fetch handler on the copy. */
async function onCopy(folder: string) {
  const id = await away.openStudy(folder);
  const base = `/api/studies/${id}`;
  const call = async (
    method: string,
    path: string,
    token?: string,
    lease?: string | null,
    body?: BodyInit,
  ) => {
    const headers: Record<string, string> = {};
    if (token) headers['authorization'] = `Bearer ${token}`;
    if (lease) headers['x-concord-lease'] = lease;
    if (typeof body === 'string') headers['content-type'] = 'application/json';
    return away.fetch(new Request(`http://concord.test${base}${path}`, { method, headers, body }));
  };
  const face = (await (await call('GET', '')).json()) as StudyFace;
  const json = JSON.stringify({ personId: face.people[0].id, passphrase: 'open sesame' });
  const { token } = (await (await call('POST', '/sign-in', undefined, null, json)).json()) as {
    token: string;
  };
  const list = async () => (await (await call('GET', '/worklist', token)).json()) as WorklistItem[];
  const seal = async (item: WorklistItem, from: number) => {
    const body = JSON.stringify({ assignmentId: item.assignmentId });
    const read = (await (await call('POST', '/reads', token, null, body)).json()) as Read;
    const stroke = patchOver(from, from + 10, 0, 1) as Uint8Array<ArrayBuffer>;
    const query = '?seq=1&tool=brush&label=1&milliseconds=100';
    const drawn = await call('POST', `/reads/${read.id}/patches${query}`, token, read.lease, stroke);
    const seen = await call('POST', `/reads/${read.id}/view`, token, null, JSON.stringify(VIEW));
    expect(seen.status).toBe(204);
    const ruler = { kind: 'ruler', plane: 'axial', slice: 1, points: [[0, 0, 0], [3, 4, 0]] }; // prettier-ignore
    const measured = await call('POST', `/reads/${read.id}/annotations`, token, read.lease, JSON.stringify(ruler)); // prettier-ignore
    const sealed = await call('POST', `/reads/${read.id}/seal`, token, read.lease);
    expect([drawn.status, measured.ok, sealed.status]).toEqual([200, true, 200]);
    return read;
  };
  return { id, face, token, call, list, seal };
}

it('goes out, is read, comes back, and is merged once', async () => {
  const { bundles } = study.backend.services;
  const [ada, ben] = study.readers;
  const first = await openRead(study, ada.token);
  await sendPatch(study, ada.token, first, 1, patchOver(0, 10, 0, 1));
  await study.call('POST', `${study.base}/reads/${first.id}/seal`, { token: ada.token, lease: first.lease });
  const draft = await openRead(study, ada.token);
  await sendPatch(study, ada.token, draft, 1, patchOver(0, 5, 0, 1));
  await keepHere(ada.token, '#123456');
  await keepHere(ben.token, '#b0b0b0');
  await study.call('POST', `${study.base}/reads/${draft.id}/view`, { token: ada.token, json: VIEW });
  clock += 60_000;

  const out = { reader: 'ada', target: file('ada.age'), lock: LOCK, actor: 'Cora' };
  expect(await bundles.handOut(opened, out)).toMatchObject({ reads: 3, drafts: 1, cases: 2 });
  expect(await codeOf(bundles.handOut(opened, { ...out, target: file('b.age') }))).toBe('already-handed-out');
  expect(await codeOf(bundles.handOut(opened, { ...out, reader: 'Eve' }))).toBe('reader-not-found');
  const due = (await worklist(study, ada.token)).find((item) => item.state === 'due')!;
  const refused = await study.call('POST', `${study.base}/reads`, {
    token: ada.token,
    json: { assignmentId: due.assignmentId },
  });
  expect([refused.status, refused.code]).toEqual([409, 'read-handed-out']);
  expect((await openRead(study, ben.token)).state).toBe('draft'); // others go on here

  // Every byte of it is checked, and nothing but the passphrase opens it.
  const bytes = readFileSync(file('ada.age'));
  const open = (path: string, key = { passphrase: LOCK.passphrase }) =>
    codeOf(away.services.bundles.unpack(path, file('Copy.concord'), key));
  expect(await open(file('ada.age'), { passphrase: 'correct horse' })).toBe('bundle-key-wrong');
  for (const at of [bytes.length - 1, bytes.length >> 1, bytes.length - 70_000, 300]) {
    const altered = Buffer.from(bytes);
    altered[at] ^= 1;
    writeFileSync(file('altered.age'), altered);
    expect(await open(file('altered.age')), String(at)).toBe('bundle-damaged');
  }
  writeFileSync(file('short.age'), bytes.subarray(0, bytes.length - 100));
  expect(await open(file('short.age'))).toBe('bundle-damaged');
  expect(existsSync(file('Copy.concord'))).toBe(false);
  expect(readdirSync(study.folder).filter((name) => name.startsWith('.bundle-'))).toEqual([]);
  expect(await open(file('ada.age'))).toBe('done');
  expect(await open(file('ada.age'))).toBe('study-exists');

  // The copy holds one reader, and no name, hash or file of a case.
  const raw = readFileSync(file('Copy.concord/study.sqlite')).toString('latin1');
  const names = study.secrets.filter((_, n) => n % 4 !== 0); // ids travel, names and hashes do not
  for (const secret of [...names, 'Ben', 'Cora']) expect(raw.includes(secret), secret).toBe(false);

  const copy = await onCopy(file('Copy.concord'));
  expect(copy.face.people.map((person) => person.name)).toEqual(['Ada']);
  // Her own looks went along; nobody else's, and nothing of where she looked in a read that stays.
  const scopes = await away.services.studies
    .get(copy.id)
    .database.read.selectFrom('display')
    .select(['reader_id', 'scope'])
    .execute();
  expect(scopes).toEqual([{ reader_id: copy.face.people[0].id, scope: '' }]);
  expect(await (await copy.call('GET', '/display', copy.token)).json()).toEqual(looks('#123456'));
  // Nothing of the case with the draft: its second round must not open without the first.
  const items = await copy.list();
  expect(items.map((item) => `${item.round.number} ${item.state}`).toSorted()).toEqual([
    '1 due',
    '1 sealed',
    '2 locked',
    '2 locked',
  ]);
  const read = await copy.seal(
    items.find((item) => item.state === 'due')!,
    50,
  );
  clock += 60_000;
  await copy.call('POST', '/display', copy.token, null, JSON.stringify(looks('#654321')));
  const voxels = await copy.call('GET', `/reads/${read.id}/voxels`, copy.token);
  expect([200, 404]).toContain(voxels.status);

  const away_ = away.services.studies.get(copy.id);
  expect(await codeOf(away.services.bundles.merge(away_, file('ada.age'), 'x'))).toBe('bundle-unknown');
  expect(await codeOf(bundles.giveBack(opened, file('x.age')))).toBe('not-a-bundle');
  expect(await away.services.bundles.giveBack(away_, file('back.age'))).toEqual({ reads: 2 });

  const back = readFileSync(file('back.age'));
  for (const at of [back.length - 1, back.length >> 1, 400]) {
    const altered = Buffer.from(back);
    altered[at] ^= 1;
    writeFileSync(file('altered.age'), altered);
    expect(await codeOf(bundles.merge(opened, file('altered.age'), 'Cora')), String(at)).toBe(
      'bundle-damaged',
    );
  }
  expect(await codeOf(bundles.merge(opened, file('ada.age'), 'Cora'))).toMatch(
    /bundle-key-wrong|bundle-damaged/,
  );

  const report = await bundles.merge(opened, file('back.age'), 'Cora');
  expect(report).toMatchObject({ present: 1, conflicts: [] });
  expect(report.taken).toHaveLength(1);
  // What she changed on her machine is here, the view of the read she made there too; Ben's is his.
  expect(await displayHere(ada.token)).toEqual(looks('#654321'));
  expect(await displayHere(ben.token)).toEqual(looks('#b0b0b0'));
  const kept = opened.database.read.selectFrom('display').where('scope', '=', read.id);
  const [{ value }] = await kept.select('value').execute();
  expect(JSON.parse(value)).toEqual(VIEW);
  const rows = () => opened.database.read.selectFrom('audit_event').select('seq').execute();
  const events = (await rows()).length;
  const again = await bundles.merge(opened, file('back.age'), 'Cora');
  expect(again).toMatchObject({ taken: [], present: 0, conflicts: [] });
  expect(again.notes[0]).toMatch(/merged on 2026-03-01 already/);
  expect((await rows()).length).toBe(events);
  const there = (await worklist(study, ada.token)).filter((item) => item.state === 'sealed');
  expect(there).toHaveLength(2);
  const mask = await study.call('GET', `${study.base}/reads/${read.id}/mask.nii.gz`, {
    token: study.coordinator,
  });
  expect(mask.status).toBe(200);
  expect(await study.backend.services.verify(opened)).toMatchObject({ intact: true, sealsChecked: 2 });

  // The same reads once more are the same; with a measurement changed here behind Concord's back they are not.
  const measured = opened.database.read.selectFrom('annotation').where('read_id', '=', read.id);
  expect(await measured.select('value').execute()).toEqual([{ value: 5 }]);
  await away.services.bundles.giveBack(away_, file('back-2.age'));
  expect(await bundles.merge(opened, file('back-2.age'), 'Cora')).toMatchObject({
    present: 2,
    conflicts: [],
  });
  const behind = new Database(join(opened.folder, 'study.sqlite'));
  behind.exec('DROP TRIGGER annotation_is_final');
  behind.exec(`UPDATE annotation SET value = 6 WHERE read_id = '${read.id}'`);
  behind.close();
  clock += 60_000;
  await away.services.bundles.giveBack(away_, file('back-3.age'));
  const third = await bundles.merge(opened, file('back-3.age'), 'Cora');
  expect(third).toMatchObject({ taken: [], present: 1 });
  expect(third.conflicts[0].reason).toBe('The same read is here with other measurements.');
  expect(await study.backend.services.verify(opened)).toMatchObject({
    intact: false,
    sealFaults: [{ readId: read.id, reason: 'its measurements are not those that were sealed' }],
  });
}, 120_000);

it('names what collides and overwrites nothing; a changed copy is refused', async () => {
  const { bundles } = study.backend.services;
  const identity = await generateX25519Identity();
  const lock = { recipient: await identityToRecipient(identity) };
  const wrong = { reader: 'Ben', target: file('ben.age'), lock: { recipient: 'age1no' }, actor: 'Cora' };
  expect(await codeOf(bundles.handOut(opened, wrong))).toBe('recipient-wrong');
  expect(existsSync(file('ben.age'))).toBe(false);
  await bundles.handOut(opened, { ...wrong, lock });
  await away.services.bundles.unpack(file('ben.age'), file('Ben.concord'), { identity });
  const copy = await onCopy(file('Ben.concord'));
  clock += 60_000;
  const [item] = (await copy.list()).filter((one) => one.state === 'due');
  const theirs = await copy.seal(item, 80);
  await copy.call('POST', '/display', copy.token, null, JSON.stringify(looks('#010101')));
  const copied = away.services.studies.get(copy.id);
  await away.services.bundles.giveBack(copied, file('ben-1.age'));

  // Taken back here meanwhile, and the same read made here too.
  await bundles.takeBack(opened, 'Ben', 'Cora');
  expect(await codeOf(bundles.takeBack(opened, 'Ben', 'Cora'))).toBe('not-handed-out');
  const [, ben] = study.readers;
  clock += 60_000;
  await keepHere(ben.token, '#020202');
  const open = await study.call('POST', `${study.base}/reads`, {
    token: ben.token,
    json: { assignmentId: item.assignmentId },
  });
  const ours = await open.json<Read>();
  const report = await bundles.merge(opened, file('ben-1.age'), 'Cora');
  expect(report.taken).toEqual([]);
  expect(report.conflicts[0].reason).toMatch(/a draft here already; that one stays/);
  expect(await displayHere(ben.token), 'what was changed here later stays').toEqual(looks('#020202'));
  const ids = await opened.database.read.selectFrom('read').select('id').execute();
  expect(ids.map(({ id }) => id)).toContain(ours.id);
  expect(ids.map(({ id }) => id)).not.toContain(theirs.id);

  // A mask changed in the copy behind Concord's back.
  await away.services.studies.leave(copied);
  copyFileSync(file('Ben.concord/study.sqlite'), file('study.backup'));
  const tampered = new Database(file('Ben.concord/study.sqlite'));
  tampered.exec('DROP TRIGGER mask_revision_is_final');
  tampered.exec("UPDATE mask_revision SET bytes = zeroblob(20) WHERE kind = 'sealed'");
  tampered.close();
  const changed = away.services.studies.get(await away.openStudy(file('Ben.concord')));
  await away.services.bundles.giveBack(changed, file('ben-2.age'));
  expect(await codeOf(bundles.merge(opened, file('ben-2.age'), 'Cora'))).toBe('bundle-trail-broken');
}, 120_000);

it('one mask sealed twice with different measurements is a conflict, and the first stays', async () => {
  const { bundles } = study.backend.services;
  clock += 30 * 86_400_000;
  await bundles.handOut(opened, { reader: 'Ada', target: file('twice.age'), lock: LOCK, actor: 'Cora' });
  const folder = file('Twice.concord');
  await away.services.bundles.unpack(file('twice.age'), folder, { passphrase: LOCK.passphrase });
  const begun = await onCopy(folder);
  const item = (await begun.list()).find((one) => one.state === 'due')!;
  const body = JSON.stringify({ assignmentId: item.assignmentId });
  await begun.call('POST', '/reads', begun.token, null, body);
  await away.services.studies.leave(away.services.studies.get(begun.id));
  cpSync(folder, file('before'), { recursive: true });

  const sealWith = async (millimetres: number, name: string) => {
    clock += 600_000;
    const copy = await onCopy(folder);
    const read = (await (await copy.call('POST', '/reads', copy.token, null, body)).json()) as Read;
    const ruler = { kind: 'ruler', plane: 'axial', slice: 1, points: [[0, 0, 0], [millimetres, 0, 0]] }; // prettier-ignore
    const drawn = await copy.call('POST', `/reads/${read.id}/annotations`, copy.token, read.lease, JSON.stringify(ruler)); // prettier-ignore
    const sealed = await copy.call('POST', `/reads/${read.id}/seal`, copy.token, read.lease);
    expect([drawn.status, sealed.status]).toEqual([201, 200]);
    const copied = away.services.studies.get(copy.id);
    await away.services.bundles.giveBack(copied, file(name));
    await away.services.studies.leave(copied);
    return read.id;
  };
  const first = await sealWith(10, 'ten.age');
  rmSync(folder, { recursive: true });
  cpSync(file('before'), folder, { recursive: true });
  expect(await sealWith(20, 'twenty.age')).toBe(first);

  expect((await bundles.merge(opened, file('ten.age'), 'Cora')).taken).toHaveLength(1);
  const report = await bundles.merge(opened, file('twenty.age'), 'Cora');
  expect(report.taken).toEqual([]);
  const [conflict] = report.conflicts.filter(({ reason }) => /other measurements/.test(reason));
  expect(conflict).toEqual({
    read: expect.stringMatching(/., ./),
    reason: 'The same read is here with other measurements.',
  });
  const kept = opened.database.read.selectFrom('annotation').where('read_id', '=', first).select('value');
  expect(await kept.execute()).toEqual([{ value: 10 }]);
}, 120_000);
