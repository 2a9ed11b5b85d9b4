// Accounts over the fetch handler: waits that survive a restart, the idle lock, passphrases, auditors and their trail.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackend } from '../../electron/backend/index.ts';
import { AuditPageSchema, type AuditPage } from '../../electron/contract/audit.ts';
import { IDLE_LOCK_MINUTES } from '../../electron/contract/design.ts';
import type { StudyFace, StudyOverview } from '../../electron/contract/study.ts';
import type { Read } from '../../electron/contract/reads.ts';
import {
  openRead,
  patchOver,
  sendPatch,
  studyOverFetch,
  type StudyOverFetch,
} from '../fixtures/study-over-fetch.ts';

let study: StudyOverFetch;
let clock = Date.parse('2026-03-01T10:00:00.000Z');
beforeAll(async () => {
  study = await studyOverFetch({
    now: () => clock,
    monotonic: () => clock,
    auditors: ['Otto'],
    readers: ['Ada', 'Ben'],
  });
}, 60_000);
afterAll(() => study.close());
const at = (path: string) => `${study.base}${path}`;
const signIn = (personId: string, passphrase: string) =>
  study.call('POST', at('/sign-in'), { json: { personId, passphrase } });
const tokenOf = async (personId: string, passphrase = 'open sesame') =>
  (await (await signIn(personId, passphrase)).json<{ token: string }>()).token;
const trail = async (query: string, token = study.auditors[0].token) =>
  (await study.call('GET', at(`/audit${query}`), { token })).json<AuditPage>();

describe('guessing', () => {
  it('goes on waiting in another Concord on the same study', async () => {
    const [, ben] = study.readers;
    for (let n = 0; n < 8; n++) {
      await signIn(ben.id, 'wrong');
      clock += n < 4 ? 0 : 1000 * 2 ** (n - 4) + 1;
    }
    clock -= 2;
    const { folder } = study.backend.services.studies.get(study.base.split('/').at(-1)!);
    const home = `${study.folder}/other-home`;
    const models = `${study.folder}/models`;
    const other = await createBackend({
      home,
      host: 'test',
      modelsFolder: models,
      version: '0',
      now: () => clock,
    });
    try {
      const id = await other.openStudy(folder);
      const body = JSON.stringify({ personId: ben.id, passphrase: 'open sesame' });
      const ask = async () => {
        const headers = { 'content-type': 'application/json' };
        const url = `http://concord.test/api/studies/${id}/sign-in`;
        return (await other.fetch(new Request(url, { method: 'POST', body, headers }))).status;
      };
      expect(await ask()).toBe(429);
      clock += 60_000;
      expect(await ask()).toBe(200);
    } finally {
      await other.close();
    }
    const { events } = await trail('?action=person.held-off');
    expect(events[0]).toMatchObject({
      actor: 'Ben',
      subjectName: 'Ben',
      details: { tries: 8, waitSeconds: 8 },
    });
  });
});

describe('the idle lock', () => {
  it('ends a sign-in that nobody uses, whatever its page sends by itself; the work goes on after signing in', async () => {
    const [ada] = study.readers;
    const token = await tokenOf(ada.id);
    const read = await openRead(study, token);
    await sendPatch(study, token, read, 1, patchOver(0, 10, 0, 1));
    const beat = (activeSeconds: number) =>
      study.call('POST', at(`/reads/${read.id}/heartbeat`), {
        token,
        lease: read.lease,
        json: { activeSeconds },
      });
    for (let minute = 0; minute < 60; minute += 10) {
      clock += 10 * 60_000;
      expect((await beat(5)).status).toBe(204); // somebody is at it
    }
    let minutes = 0;
    for (; (await beat(0)).status === 204; minutes++) clock += 60_000;
    expect(minutes).toBe(IDLE_LOCK_MINUTES + 1);
    expect((await sendPatch(study, token, read, 2, patchOver(10, 20, 0, 1))).code).toBe('sign-in-needed');
    const again = await tokenOf(ada.id);
    expect((await sendPatch(study, again, read, 2, patchOver(10, 20, 0, 1))).status).toBe(200);
    const shown = await (await study.call('GET', at(`/reads/${read.id}`), { token: again })).json<Read>();
    expect(shown.lastSeq).toBe(2);
    study.readers[0].token = again;
    study.coordinator = await tokenOf((await people()).find((p) => p.role === 'coordinator')!.id);
    study.auditors[0].token = await tokenOf(study.auditors[0].id);
  });

  it('says so to the page whose sign-in it ended, until somebody signs in there, and to nobody else', async () => {
    const [ada] = study.readers;
    const token = await tokenOf(ada.id);
    const face = async (bearer?: string) =>
      (await study.call('GET', study.base, { token: bearer })).json<StudyFace>();
    expect(await face(token)).toMatchObject({ you: { id: ada.id } });
    clock += IDLE_LOCK_MINUTES * 60_000 + 1;
    for (let asks = 0; asks < 2; asks++)
      expect(await face(token)).toMatchObject({ you: null, idleMinutes: IDLE_LOCK_MINUTES });
    study.readers[0].token = await tokenOf(ada.id);
    study.coordinator = await tokenOf((await people()).find((p) => p.role === 'coordinator')!.id);
    study.auditors[0].token = await tokenOf(study.auditors[0].id);
    for (const other of [undefined, 'nobody', study.readers[0].token])
      expect(await face(other)).not.toHaveProperty('idleMinutes');
    // Who signs out by hand, or is signed out by another passphrase, is told nothing of the kind.
    const second = await tokenOf(ada.id);
    await study.call('POST', at('/sign-out'), { token: second });
    expect(await face(second)).not.toHaveProperty('idleMinutes');
  });

  it('is set by the coordinator for the whole study, and stays set', async () => {
    const set = (minutes: number, token = study.coordinator) =>
      study.call('POST', at('/idle-lock'), { token, json: { minutes } });
    expect((await set(5, study.auditors[0].token)).code).toBe('coordinator-only');
    expect((await set(0)).code).toBe('invalid-request');
    expect((await set(5)).status).toBe(204);
    const token = await tokenOf(study.auditors[0].id);
    clock += 5 * 60_000;
    expect((await study.call('GET', at('/overview'), { token })).status).toBe(200);
    clock += 5 * 60_000 + 1;
    expect((await study.call('GET', at('/overview'), { token })).code).toBe('sign-in-needed');
    study.coordinator = await tokenOf((await people()).find((p) => p.role === 'coordinator')!.id);
    const [event] = (await trail('?action=study.idle-lock-changed', study.coordinator)).events;
    expect(event).toMatchObject({ actor: 'Cora', details: { from: 30, to: 5 } });
    expect((await set(IDLE_LOCK_MINUTES)).status).toBe(204);
    study.readers[0].token = await tokenOf(study.readers[0].id);
    study.auditors[0].token = await tokenOf(study.auditors[0].id);
  });
});

const people = async () =>
  (await (await study.call('GET', study.base)).json<{ people: { id: string; role: string }[] }>()).people;

describe('passphrases', () => {
  it('are changed by the coordinator, or by oneself with the present one, which ends other sign-ins', async () => {
    const [ada, ben] = study.readers;
    const old = await tokenOf(ben.id);
    const change = (id: string, token: string, passphrase: string, current?: string) =>
      study.call('POST', at(`/people/${id}/passphrase`), { token, json: { passphrase, current } });
    expect((await change(ben.id, ada.token, 'mine now')).code).toBe('person-not-found');
    expect((await change(ben.id, study.coordinator, 'abc')).code).toBe('invalid-request');
    expect((await change(ben.id, study.coordinator, 'a new one')).status).toBe(204);
    expect((await study.call('GET', at('/worklist'), { token: old })).code).toBe('sign-in-needed');
    expect((await signIn(ben.id, 'open sesame')).code).toBe('wrong-passphrase');
    const mine = await tokenOf(ben.id, 'a new one');
    expect((await change(ben.id, mine, 'open sesame')).code).toBe('current-passphrase-wrong');
    expect((await change(ben.id, mine, 'open sesame', 'guessed')).code).toBe('current-passphrase-wrong');
    expect((await change(ben.id, mine, 'open sesame', 'a new one')).status).toBe(204);
    study.readers[1].token = await tokenOf(ben.id);
  });

  it('whoever waits is seen and let in by the coordinator, and nobody else', async () => {
    const [, ben] = study.readers;
    for (let n = 0; n < 5; n++) await signIn(ben.id, 'wrong');
    expect((await signIn(ben.id, 'open sesame')).code).toBe('too-many-tries');
    const seen = async (token: string) =>
      (await (await study.call('GET', at('/overview'), { token })).json<StudyOverview>()).accounts;
    const lockedUntil = new Date(clock + 1000).toISOString();
    expect(await seen(study.coordinator)).toEqual([{ personId: ben.id, failedTries: 5, lockedUntil }]);
    expect(await seen(study.auditors[0].token)).toEqual([]);
    const unlock = (token: string, id = ben.id) => study.call('POST', at(`/people/${id}/unlock`), { token });
    expect((await unlock(ben.token)).code).toBe('coordinator-only');
    expect((await unlock(study.coordinator, '0'.repeat(20))).code).toBe('person-not-found');
    expect((await unlock(study.coordinator)).status).toBe(204);
    expect((await signIn(ben.id, 'open sesame')).status).toBe(200);
    expect((await trail('?action=person.unlocked')).events[0]).toMatchObject({
      actor: 'Cora',
      subjectName: 'Ben',
    });
  });
});

describe('the trail', () => {
  it('is filtered, told with names, and paged', async () => {
    const page = AuditPageSchema.parse(await trail('?limit=3'));
    expect(page.events).toHaveLength(3);
    expect(page.more).toBe(true);
    const next = await trail(`?limit=1000&before=${page.events[2].seq}`);
    expect(next.events[0].seq).toBe(page.events[2].seq - 1);
    expect(page.matching).toBe(next.events.length + 3);
    const opened = (await trail('?action=read.opened')).events;
    expect(opened).toHaveLength(1);
    expect(opened[0].subjectName).toBe('Patient-0, Round 1, Ada');
    expect(Object.values(opened[0].names)).toContain('Patient-0');
    expect((await trail('?actor=Ada')).events.every((event) => event.actor === 'Ada')).toBe(true);
    expect((await trail('?words=patient%20imported')).events.map((e) => e.action)).toEqual(['case.imported']);
    expect((await trail('?words=100%25')).events).toEqual([]);
    expect((await trail(`?to=2026-03-01T10:00:00.000Z`)).events).toEqual([]);
    expect((await trail('?from=2026-03-01T10:00:00.000Z')).matching).toBe(page.matching);
    const wrong = await study.call('GET', at('/audit?from=yesterday'), { token: study.coordinator });
    expect(wrong.code).toBe('invalid-request');
  });

  it('goes out as CSV that no spreadsheet runs', async () => {
    const token = study.coordinator;
    await study.call('POST', at('/readers'), {
      token,
      json: { name: '=cmd|"x"', passphrase: 'open sesame' },
    });
    const answer = await study.call('GET', at('/audit.csv?action=reader.added'), { token });
    expect(answer.response.headers.get('content-type')).toContain('text/csv');
    const [head, line, end] = (await answer.response.text()).split('\r\n');
    expect(head).toBe('"no","at","who","what","of","id","details","previous_hash","hash"');
    expect(line).toContain(`,"Cora","reader.added","'=cmd|""x""",`);
    expect(end).toBe('');
  });

  it('an auditor sees trail, set-up and board, and no image, mask or result', async () => {
    const { token } = study.auditors[0];
    for (const path of ['/overview', '/board', '/audit', '/audit.csv']) {
      expect((await study.call('GET', at(path), { token })).status, path).toBe(200);
    }
    expect((await study.call('POST', at('/audit/verify'), { token })).status).toBe(200);
    expect(await (await study.call('GET', at('/worklist'), { token })).json()).toEqual([]);
    const [read] = (await trail('?action=read.opened')).events;
    for (const path of ['', '/mask', '/voxels', '/patches', '/form']) {
      const answer = await study.call('GET', at(`/reads/${read.subject}${path}`), { token });
      expect(answer.code, path).toBe('read-not-found');
    }
    for (const path of ['/cases', '/agreement', '/report.html']) {
      expect((await study.call('GET', at(path), { token })).code, path).toBe('coordinator-only');
    }
  });
});
