// A study with one large case on a running host, made through its API as the page would make it.
import { setTimeout as wait } from 'node:timers/promises';
import type { Job } from '../../electron/contract/jobs.ts';
import type { StudyFace } from '../../electron/contract/study.ts';
import { ORGANS } from './material.ts';

const PASSPHRASE = 'measure';
const COLOURS = ['#56b4e9', '#e69f00'];

export interface HostAddress {
  origin: string;
  token: string;
  address: string;
}

/** Imports `image` into a new study; answers with the study's id and a reader's sign-in. */
export async function studyOnHost(host: HostAddress, image: string): Promise<{ id: string; reader: string }> {
  const call = async <T>(method: string, path: string, json?: unknown, bearer?: string): Promise<T> => {
    const headers: Record<string, string> = {
      'x-concord-token': host.token,
      'content-type': 'application/json',
    };
    if (bearer) headers['authorization'] = `Bearer ${bearer}`;
    const answer = await fetch(`${host.origin}/api${path}`, {
      method,
      headers,
      body: json ? JSON.stringify(json) : undefined,
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const structures = Object.entries(ORGANS).map(([name, label], n) => ({ name, label, colour: COLOURS[n] }));
  const protocol = {
    name: 'Benchmark',
    modality: 'CT',
    structures,
    coordinator: { name: 'Coordinator', passphrase: PASSPHRASE },
    readers: [{ name: 'Reader', passphrase: PASSPHRASE }],
  };
  const { id, people } = await call<StudyFace>('POST', '/studies', { protocol });
  const signIn = async (role: string) => {
    const personId = people.find((person) => person.role === role)!.id;
    const answer = await call<{ token: string }>('POST', `/studies/${id}/sign-in`, {
      personId,
      passphrase: PASSPHRASE,
    });
    return answer.token;
  };
  const coordinator = await signIn('coordinator');
  const items = [{ path: image, series: null, name: 'Phantom' }];
  const started = await call<Job>('POST', `/studies/${id}/imports`, { items }, coordinator);
  for (;;) {
    const jobs = await call<Job[]>('GET', `/studies/${id}/jobs`, undefined, coordinator);
    const job = jobs.find((one) => one.id === started.id);
    if (job?.state === 'done') break;
    if (job?.state === 'failed') throw new Error(`the import failed: ${job.reason}`);
    await wait(100);
  }
  return { id, reader: await signIn('reader') };
}
