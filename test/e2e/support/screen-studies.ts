// Studies in the states that a screen can be in: a demo with agreement, a small one with a washout, an empty one.
import { join } from 'node:path';
import { encodePatch } from '../../../electron/contract/mask-bytes.ts';
import type { Form } from '../../../electron/contract/forms.ts';
import type { Read, WorklistItem } from '../../../electron/contract/reads.ts';
import type { StudyFace } from '../../../electron/contract/study.ts';
import { makePhantom, writeNifti } from '../../../electron/imaging/index.ts';
import type { BrowserHost } from '../../../electron/serve.ts';

export interface ScreenStudy {
  id: string;
  /** Sign-ins by role; readers in order. */
  coordinator: string;
  reader: string;
  call<T>(method: string, path: string, json?: unknown, bearer?: string): Promise<T>;
}

export interface ScreenStudies {
  /** Cases, sealed reads, an AI mask, agreement. */
  demo: ScreenStudy;
  /** Questions before and after, a first read sealed, a second round locked by its washout. */
  washout: ScreenStudy;
  /** No case yet. */
  empty: ScreenStudy;
  /** A volume that can be imported and a file that cannot. */
  files: { good: string; bad: string };
}

const STRUCTURES = [
  { label: 1, name: 'Pancreas', colour: '#e69f00' },
  { label: 2, name: 'Left adrenal gland with its nodule', colour: '#56b4e9' },
];
const QUESTIONS = [
  { text: 'Image quality', scale: 'ordinal', levels: ['poor', 'fair', 'good'], scope: 'case', moment: 'before' },
  { text: 'Confidence', scale: 'ordinal', levels: ['low', 'middling', 'high'], scope: 'structure', moment: 'after' },
  { text: 'Duct', scale: 'interval', minimum: 0, maximum: 30, unit: 'mm', scope: 'case', moment: 'after', required: false },
]; // prettier-ignore

export async function screenStudies(
  host: BrowserHost,
  folder: string,
  writeBad: (path: string) => void,
): Promise<ScreenStudies> {
  const call = async <T>(method: string, path: string, json?: unknown, bearer?: string): Promise<T> => {
    const headers: Record<string, string> = { 'x-concord-token': host.token };
    if (json !== undefined) headers['content-type'] = 'application/json';
    if (bearer) headers['authorization'] = `Bearer ${bearer}`;
    const body = json === undefined ? undefined : JSON.stringify(json);
    const answer = await fetch(`${host.origin}/api${path}`, { method, headers, body });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return (answer.status === 204 ? null : await answer.json()) as T;
  };
  const signedIn = async (face: StudyFace, passphrase: string): Promise<ScreenStudy> => {
    const tokenOf = async (role: string) => {
      const json = { personId: face.people.find((one) => one.role === role)!.id, passphrase };
      return (await call<{ token: string }>('POST', `/studies/${face.id}/sign-in`, json)).token;
    };
    return { id: face.id, coordinator: await tokenOf('coordinator'), reader: await tokenOf('reader'), call };
  };
  const create = (name: string, changes: object) =>
    call<StudyFace>('POST', '/studies', {
      protocol: {
        name,
        modality: 'CT',
        structures: STRUCTURES,
        coordinator: { name: 'Coordinator', passphrase: 'open sesame' },
        readers: [
          { name: 'Dr. Friederike Oberhausen-Wintersberg', passphrase: 'open sesame' },
          { name: 'Ben', passphrase: 'open sesame' },
        ],
        ...changes,
      },
    });

  const good = join(folder, 'Abdomen 01.nii.gz');
  const bad = join(folder, 'Abdomen 02.nii.gz');
  const again = join(folder, 'Abdomen 03.nii.gz');
  for (const [seed, path] of [
    [11, good],
    [12, again],
  ] as const) {
    const { volume } = makePhantom(seed, { shape: [48, 48, 20], spacing: [6, 6, 9] });
    await writeNifti(path, { grid: volume.grid, voxels: volume.voxels });
  }
  writeBad(bad);

  const made = await host.backend.services.demo.make(join(folder, 'Demo.concord'), { cases: 2, sealed: 1 });
  const demo = await signedIn(await host.backend.services.studies.face(made, null), 'demo');
  const empty = await signedIn(await create('Empty study', { rounds: [{ name: 'Round 1', arm: 'unassisted', washoutDays: 0 }] }), 'open sesame'); // prettier-ignore
  const rounds = [
    { name: 'Round 1', arm: 'assisted', washoutDays: 0 },
    { name: 'Round 2', arm: 'unassisted', washoutDays: 28 },
  ];
  const washout = await signedIn(
    await create('Pancreas head, inter- and intra-observer, portal venous phase', {
      rounds,
      questions: QUESTIONS,
    }),
    'open sesame',
  );
  await importCases(washout, good, again);
  await sealFirst(washout, host);
  return { demo, washout, empty, files: { good, bad } };
}

async function importCases(study: ScreenStudy, ...paths: string[]): Promise<void> {
  const items = paths.map((path, n) => ({ path, series: null, name: `Case ${'AB'[n]}` }));
  await study.call('POST', `/studies/${study.id}/imports`, { items }, study.coordinator);
  for (let tries = 0; tries < 300; tries++) {
    const jobs = await study.call<{ state: string }[]>(
      'GET',
      `/studies/${study.id}/jobs`,
      undefined,
      study.coordinator,
    );
    if (jobs.every(({ state }) => state === 'done')) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the import did not end');
}

/** The reader's first read: every question answered, one stroke, sealed. */
async function sealFirst(study: ScreenStudy, host: BrowserHost): Promise<void> {
  const [item] = await study.call<WorklistItem[]>(
    'GET',
    `/studies/${study.id}/worklist`,
    undefined,
    study.reader,
  );
  const reads = `/studies/${study.id}/reads`;
  const read = await study.call<Read>('POST', reads, { assignmentId: item.assignmentId }, study.reader);
  const headers = {
    'x-concord-token': host.token,
    authorization: `Bearer ${study.reader}`,
    'x-concord-lease': read.lease!,
  };
  const send = async (path: string, body: string | Uint8Array<ArrayBuffer>, type = 'application/json') => {
    const answer = await fetch(`${host.origin}/api${reads}/${read.id}${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': type },
      body,
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  };
  const form = await study.call<Form>('GET', `${reads}/${read.id}/form`, undefined, study.reader);
  const levels = new Map(form.questions.map((question) => [question.id, question.levels]));
  const answers = form.missing.map(({ questionId, label }) => ({
    questionId,
    label,
    value: levels.get(questionId)![1],
  }));
  await send('/form', JSON.stringify({ answers }));
  const voxels = [...Array(300).keys()].map((n) => 48 * 48 * 9 + 48 * 20 + n);
  const patch = encodePatch(voxels, new Uint8Array(300), new Uint8Array(300).fill(1));
  await send(
    '/patches?seq=1&tool=Brush&label=1&milliseconds=900',
    patch as Uint8Array<ArrayBuffer>,
    'application/octet-stream',
  );
  await send('/seal', '{}');
}
