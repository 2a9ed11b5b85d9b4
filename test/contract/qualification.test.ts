// Qualification and anchoring over the fetch handler: the study opens to whoever reached the mark, and what readers
// made of the AI mask is counted.
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Anchoring } from '../../electron/contract/anchoring.ts';
import { encodeMask } from '../../electron/contract/mask-bytes.ts';
import type { QualificationResult } from '../../electron/contract/qualification.ts';
import type { Read } from '../../electron/contract/reads.ts';
import { writeNifti } from '../../electron/imaging/index.ts';
import {
  FILE_GRID,
  openRead,
  patchOver,
  sendPatch,
  studyOverFetch,
  VOXELS,
  worklist,
  type StudyOverFetch,
} from '../fixtures/study-over-fetch.ts';

let study: StudyOverFetch;
afterEach(() => study.close());
const at = (path: string) => `${study.base}${path}`;
const post = (path: string, token: string, json: object = {}, lease?: string | null) =>
  study.call('POST', at(path), { token, json, lease });

/** Canonical voxels [100, 140), as a file on the case's own grid (canonical i and j are turned round in it). */
async function reference(): Promise<string> {
  const drawn = new Uint8Array(VOXELS).fill(1, 100, 140);
  const voxels = Uint8Array.from(drawn, (_, v) => {
    const [i, j, k] = [v % 32, Math.floor(v / 32) % 32, Math.floor(v / 1024)];
    return drawn[31 - i + 32 * (31 - j + 32 * k)];
  });
  const path = join(study.folder, 'reference.nii.gz');
  await writeNifti(path, { grid: FILE_GRID, voxels });
  return path;
}

describe('qualification', () => {
  it('holds the study until the mark is reached; a failed try may be repeated; results stay one’s own', async () => {
    study = await studyOverFetch({ cases: 2, protocol: { qualification: { passMark: 0.8 } } });
    const [ada, ben] = study.readers;
    const [caseId] = study.secrets;
    expect((await worklist(study, ada.token)).map((item) => item.state)).toEqual(Array(4).fill('locked'));
    expect((await worklist(study, ada.token))[0].lockedBecause).toMatch(/qualification cases are in/);
    const path = await reference();
    expect((await post(`/cases/${caseId}/qualification`, ada.token, { path })).code).toBe('coordinator-only');
    expect((await post(`/cases/${caseId}/qualification`, study.coordinator, { path })).status).toBe(204);
    const list = await worklist(study, ada.token);
    expect(list.map((item) => [item.round.number, item.state])).toEqual([
      [0, 'due'],
      [1, 'locked'],
      [2, 'locked'],
    ]);
    expect(list[1].lockedBecause).toMatch(/passed 1 qualification case \(Dice 0.8 or more\); 0 passed/);
    const locked = await post('/reads', ada.token, { assignmentId: list[1].assignmentId });
    expect(locked.code).toBe('read-locked');

    const attempt = async (read: Read, from: number, to: number) => {
      expect(read).toMatchObject({ aiAllowed: false, lastSeq: 0, base: { kind: 'blank' } });
      await sendPatch(study, ada.token, read, 1, patchOver(from, to, 0, 1));
      expect((await post(`/reads/${read.id}/seal`, ada.token, {}, read.lease)).status).toBe(200);
      const results = await study.call('GET', at('/qualification'), { token: ada.token });
      return (await results.json<QualificationResult[]>()).at(-1)!;
    };
    const first = await openRead(study, ada.token, 0);
    const failed = await attempt(first, 130, 150);
    expect(failed).toMatchObject({ passed: false, title: 'Case 1', structures: [{ name: 'Liver' }] });
    expect(failed.structures[0].dice).toBeCloseTo((2 * 10) / 60, 12);
    expect((await worklist(study, ada.token))[1].state).toBe('locked');
    expect((await post(`/reads/${first.id}/try-again`, ben.token)).code).toBe('read-not-found');
    expect((await post(`/reads/${first.id}/try-again`, ada.token)).status).toBe(200);
    expect((await post(`/reads/${first.id}/try-again`, ada.token)).code).toBe('try-not-due');
    const passed = await attempt(await openRead(study, ada.token, 0), 102, 140);
    expect(passed.passed).toBe(true);
    expect((await post(`/reads/${passed.readId}/try-again`, ada.token)).code).toBe('try-not-due');
    expect((await worklist(study, ada.token)).map((item) => item.state)).toEqual(['sealed', 'due', 'locked']);
    expect((await openRead(study, ada.token, 1)).state).toBe('draft');
    expect((await worklist(study, ben.token)).map((item) => item.state)).toEqual(['due', 'locked', 'locked']);
    const others = await study.call('GET', at('/qualification'), { token: ben.token });
    expect(await others.json()).toEqual([]);
    const all = await study.call('GET', at('/qualification'), { token: study.coordinator });
    expect(await all.json()).toHaveLength(2);
    const agreement = await post('/agreement/runs', study.coordinator);
    expect(agreement.code).toBe('nothing-to-compare'); // qualification reads are no study reads
    const inUse = await post(`/cases/${study.secrets[4]}/qualification`, study.coordinator, { path });
    expect(inUse.code).toBe('case-in-use');
  });
});

describe('anchoring', () => {
  it('counts what was changed of the AI mask, structure by structure', async () => {
    study = await studyOverFetch({ cases: 1 });
    const [ada, ben] = study.readers;
    const { services } = study.backend;
    const opened = services.studies.get(study.base.split('/').at(-1)!);
    const ai = new Uint8Array(VOXELS).fill(1, 200, 220).fill(2, 2000, 2010);
    for (const [reader, from, to] of [
      [ada, 220, 230],
      [ben, 0, 0],
    ] as const) {
      const read = await openRead(study, reader.token);
      const bytes = encodeMask(ai);
      await services.masks.addProposal(opened, { readId: read.id, bytes, provenance: {} });
      if (to > from) await sendPatch(study, reader.token, read, 1, patchOver(from, to, 0, 1));
      await post(`/reads/${read.id}/heartbeat`, reader.token, { activeSeconds: 1 }, read.lease);
      await post(`/reads/${read.id}/seal`, reader.token, {}, read.lease);
    }
    const ask = async () =>
      (await study.call('GET', at('/anchoring'), { token: study.coordinator })).json<Anchoring>();
    const figures = await ask();
    const [adas, bens] = [ada, ben].map(({ id }) => figures.reads.find((read) => read.personId === id)!);
    expect(adas.structures[0]).toMatchObject({
      label: 1, aiVoxels: 20, readVoxels: 30, addedVoxels: 10, removedVoxels: 0, untouched: false, dice: 0.8,
    }); // prettier-ignore
    expect(adas.structures[0].surfaceChanged).toBeCloseTo(10 / 50, 12);
    expect(adas.structures[1]).toMatchObject({ untouched: true, addedVoxels: 0, surfaceChanged: 0 });
    expect(bens.structures.every((structure) => structure.untouched)).toBe(true);
    expect(figures.structures).toEqual({ n: 4, untouched: 3 });
    expect(figures.times.assisted).toEqual({ n: 2, medianSeconds: 1 });
    expect(figures.pairedTime).toEqual({ n: 0, medianSeconds: null });
    expect(figures.notes[0]).toMatch(/not computed yet/);
    await services.jobs.settled((await services.agreement.start(opened, null)).id);
    const later = await ask();
    expect(later.reads).toEqual(figures.reads);
    expect(later.readerAi.n).toBe(4);
    expect(later.readerAi.meanDice).toBeCloseTo((0.8 + 3) / 4, 12);
    expect(later.readerReader).toEqual({ n: 2, meanDice: 0.9 });
  });
});
