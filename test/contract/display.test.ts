// Structures of a study, a person's own display, and measurements: who may, what is kept, what is refused.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../electron/contract/audit.ts';
import type { Annotation } from '../../electron/contract/annotations.ts';
import type { Display } from '../../electron/contract/display.ts';
import type { Read, WorklistItem } from '../../electron/contract/reads.ts';
import type { Structure, StudyOverview } from '../../electron/contract/study.ts';
import { studyOverFetch, type StudyOverFetch } from '../fixtures/study-over-fetch.ts';

let study: StudyOverFetch;
beforeAll(async () => {
  study = await studyOverFetch({ cases: 1 });
});
afterAll(() => study?.close());

const post = (path: string, token: string, json: unknown, lease?: string) =>
  study.call('POST', `${study.base}${path}`, { token, json, lease });
const get = (path: string, token: string) => study.call('GET', `${study.base}${path}`, { token });
async function present(): Promise<Structure[]> {
  return (await (await get('/overview', study.coordinator)).json<StudyOverview>()).structures;
}
async function openFirst(reader: number): Promise<Read> {
  const { token } = study.readers[reader];
  const [item] = await (await get('/worklist', token)).json<WorklistItem[]>();
  return (await post('/reads', token, { assignmentId: item.assignmentId })).json<Read>();
}
const ruler = {
  kind: 'ruler',
  plane: 'axial',
  slice: 3,
  points: [
    [0, 0, 0],
    [3, 4, 0],
  ],
};
const oblique = { from: 'sagittal', turn: 12.5, tilt: -40 };
const aslant = { plane: 'oblique', slice: null, oblique };

describe('structures of a study', () => {
  it('are added, renamed and ordered by the coordinator, each as an event of the audit trail', async () => {
    const added = await post('/structures', study.coordinator, { name: 'Spleen', colour: '#CC79A7' });
    expect(added.status).toBe(201);
    expect(await added.json()).toMatchObject({ label: 3, name: 'Spleen', colour: '#cc79a7' });
    const [liver, kidney, spleen] = await present();
    const renamed = await post(`/structures/${kidney.id}`, study.coordinator, { name: 'Left kidney' });
    expect(await renamed.json()).toEqual({ ...kidney, name: 'Left kidney' });
    const order = [spleen.id, liver.id, kidney.id];
    await post('/structures/order', study.coordinator, { structures: order });
    expect((await present()).map(({ id }) => id)).toEqual(order);
    const { events } = await (
      await get('/audit', study.coordinator)
    ).json<{ events: { action: string; details: Record<string, unknown> }[] }>();
    expect(events.slice(0, 3).map(({ action }) => action)).toEqual([
      'structures.ordered',
      'structure.changed',
      'structure.added',
    ]);
    expect(events[1].details).toMatchObject({ from: { name: 'Kidney' }, to: { name: 'Left kidney' } });
  });

  it('keep names and labels apart, and every order whole', async () => {
    const [first, second] = await present();
    expect((await post('/structures', study.coordinator, { name: 'LIVER', colour: '#ffffff' })).code).toBe(
      'structure-name-taken',
    );
    expect(
      (await post('/structures', study.coordinator, { name: 'New', colour: '#ffffff', label: 1 })).code,
    ).toBe('label-taken');
    expect((await post(`/structures/${first.id}`, study.coordinator, { name: second.name })).code).toBe(
      'structure-name-taken',
    );
    for (const structures of [[first.id], [first.id, first.id, second.id]]) {
      expect((await post('/structures/order', study.coordinator, { structures })).code).toBe(
        'structures-differ',
      );
    }
    expect((await post('/structures/aaaaaaaaaaaaaaaaaaaa', study.coordinator, {})).code).toBe(
      'structure-not-found',
    );
  });
});

describe('a person’s display', () => {
  it('is theirs alone and leaves the study as it is', async () => {
    const [ada, ben] = study.readers;
    const display: Display = {
      structures: { 1: { colour: '#ffffff', hidden: true } },
      order: [2, 1],
      hangings: { CT: { layout: 'four', main: 'axial', smooth: false } },
    };
    expect((await post('/display', ada.token, display)).status).toBe(204);
    expect(await (await get('/display', ada.token)).json()).toEqual(display);
    expect(await (await get('/display', ben.token)).json()).toEqual({
      structures: {},
      order: [],
      hangings: {},
    });
    expect((await present()).find(({ label }) => label === 1)?.colour).toBe('#e69f00');
  });
  it('refuses what is no display', async () => {
    for (const wrong of [{ structures: { 0: {} } }, { order: [300] }, { else: 1 }]) {
      expect([400, 422]).toContain((await post('/display', study.readers[0].token, wrong)).status);
    }
  });
});

describe('measurements', () => {
  it('are stored with the read, worked out by the service, and gone for others', async () => {
    const read = await openFirst(0);
    const [ada, ben] = study.readers;
    const path = `/reads/${read.id}/annotations`;
    const made = await (await post(path, ada.token, ruler, read.lease!)).json<Annotation>();
    expect(made).toMatchObject({ kind: 'ruler', value: 5, statistics: null });
    const angle = { ...ruler, kind: 'angle', points: [[1, 0, 0], [0, 0, 0], [0, 0, 2]] }; // prettier-ignore
    expect((await (await post(path, ada.token, angle, read.lease!)).json<Annotation>()).value).toBeCloseTo(
      90,
    );
    expect(await (await get(path, ada.token)).json<Annotation[]>()).toHaveLength(2);
    for (const token of [ben.token, study.coordinator]) {
      expect((await get(path, token)).code).toBe('read-not-found');
      expect((await get(`/reads/${read.id}/view`, token)).code).toBe('read-not-found');
    }
    expect((await post(path, ben.token, ruler, read.lease!)).code).toBe('read-not-found');
    expect((await post(path, ada.token, ruler, 'made-up')).code).toBe('lease-lost');
    for (const [n, seat] of [
      { plane: 'oblique' },
      { slice: null },
      { oblique },
      { ...aslant, slice: 3 },
    ].entries())
      expect((await post(path, ada.token, { ...ruler, ...seat }, read.lease!)).status, String(n)).toBe(400);
    const flat = { ...ruler, points: [[1, 1, 1], [1, 1, 1]] }; // prettier-ignore
    expect((await post(path, ada.token, flat, read.lease!)).code).toBe('annotation-without-extent');
    expect((await post(`${path}/${made.id}/remove`, ada.token, {}, read.lease!)).status).toBe(204);
    expect(await (await get(path, ada.token)).json<Annotation[]>()).toMatchObject([{ kind: 'angle' }]);
  });

  it('are sealed with their read, and the view of a read is kept for it', async () => {
    const read = await openFirst(1);
    const { token } = study.readers[1];
    const path = `/reads/${read.id}/annotations`;
    await post(path, token, ruler, read.lease!);
    await post(path, token, { ...ruler, ...aslant }, read.lease!);
    const view = { window: { width: 350, level: -5 }, crosshair: [1, 2, 3] };
    expect((await post(`/reads/${read.id}/view`, token, view)).status).toBe(204);
    expect(await (await get(`/reads/${read.id}/view`, token)).json()).toEqual(view);
    await post(`/reads/${read.id}/seal`, token, {}, read.lease!);
    expect((await post(path, token, ruler, read.lease!)).code).toBe('read-sealed');
    // Round 2 of the case is still to come: what was measured in round 1 stays out of sight, as its mask does.
    expect((await get(path, token)).code).toBe('read-not-found');
    expect((await get(`/reads/${read.id}/view`, token)).code).toBe('read-not-found');
    const sealed = await (await get(path, study.coordinator)).json<Annotation[]>();
    expect(sealed).toMatchObject([
      { ...ruler, value: 5, oblique: null },
      { ...ruler, ...aslant, value: 5 },
    ]);
    // The audit trail names them: a line of what is stored each, in the order of their ids.
    const { events } = await (await get('/audit', study.coordinator)).json<{ events: AuditEvent[] }>();
    const seal = events.find(({ action, subject }) => action === 'read.sealed' && subject === read.id)!;
    const lines = sealed
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map((one) => [one.id, 'ruler', one.plane, one.slice, JSON.stringify(one.points), 5, null, one.at])
      .map((line) => (line[2] === 'oblique' ? [...line, JSON.stringify(oblique)] : line))
      .map((line) => `${JSON.stringify(line)}\n`);
    expect(seal.details).toMatchObject({
      measurements: 2,
      measurementsSha256: createHash('sha256').update(lines.join('')).digest('hex'),
    });
    const study1 = study.backend.services.studies.get(study.base.split('/').at(-1)!);
    await expect(
      study1.database.write((tx) => tx.deleteFrom('annotation').where('read_id', '=', read.id).execute()),
    ).rejects.toThrow('keeps its measurements');
  });

  it('go on with a read that is opened again', async () => {
    const board = await (await get('/board', study.coordinator)).json<{ readId: string; state: string }[]>();
    const { readId } = board.find(({ state }) => state === 'sealed')!;
    const reopened = await post(`/reads/${readId}/reopen`, study.coordinator, { reason: 'to look again' });
    const { readId: next } = await reopened.json<{ readId: string }>();
    const again = await (
      await get(`/reads/${next}/annotations`, study.readers[1].token)
    ).json<Annotation[]>();
    expect(again).toMatchObject([
      { kind: 'ruler', value: 5, slice: ruler.slice },
      { kind: 'ruler', value: 5, oblique },
    ]);
    const before = await (await get(`/reads/${readId}/annotations`, study.coordinator)).json<Annotation[]>();
    expect(before[0].id).not.toBe(again[0].id);
  });

  it('no structure joins a study once a read is sealed', async () => {
    const answer = await post('/structures', study.coordinator, { name: 'Late', colour: '#ffffff' });
    expect(answer).toMatchObject({ status: 409, code: 'structures-fixed' });
  });
});
