// The model library as a host keeps it: what is bundled stays, what a killed import left goes, one import after the other.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackend, type Backend } from '../../electron/backend/index.ts';
import type { ModelDetails, ModelImport, ModelSummary } from '../../electron/contract/models.ts';
import type { ProblemDetails } from '../../electron/contract/problem.ts';
import type { StudyFace } from '../../electron/contract/study.ts';

const bundled = fileURLToPath(new URL('../../models', import.meta.url));

let folder: string;
let backend: Backend | null = null;
const at = (name: string) => join(folder, name);
const added = () => (existsSync(at('home/models')) ? readdirSync(at('home/models')).toSorted() : []);

async function host(more: { study?: string; modelsFolder?: string } = {}): Promise<Backend> {
  backend = await createBackend({
    home: at('home'),
    host: 'test',
    modelsFolder: bundled,
    version: '0.0.0',
    ...more,
  });
  return backend;
}

async function ask<T>(method: string, path: string, json?: unknown): Promise<{ status: number; body: T }> {
  const headers = { 'content-type': 'application/json' };
  const body = json === undefined ? undefined : JSON.stringify(json);
  const answer = await backend!.fetch(
    new Request(`http://concord.test/api${path}`, { method, headers, body }),
  );
  const text = await answer.text();
  return { status: answer.status, body: (text ? JSON.parse(text) : null) as T };
}

const start = async (path: string) => (await ask<ModelImport>('POST', '/models', { path })).body;
const told = async (id: string) =>
  (await ask<ModelImport[]>('GET', '/models/imports')).body.find((one) => one.id === id)!;

async function ended(id: string): Promise<ModelImport> {
  for (;;) {
    const one = await told(id);
    if (one.state !== 'running') return one;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concord-library-'));
});
afterEach(async () => {
  await backend?.close();
  backend = null;
  rmSync(folder, { recursive: true, force: true });
});

describe('the library', () => {
  it('shows what comes with Concord, keeps it, and knows it again', async () => {
    await host();
    const { body: list } = await ask<ModelSummary[]>('GET', '/models');
    const [first] = list;
    expect(list.every((model) => model.bundled && model.problem === null)).toBe(true);
    const path = `/models/${first.id}`;
    const { body: details } = await ask<ModelDetails>('GET', path);
    expect(details.networks[0].byteLength).toBeGreaterThan(100_000);
    const { status, body } = await ask<ProblemDetails>('DELETE', path);
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'model-bundled' });
    expect(existsSync(join(bundled, first.id, 'manifest.json'))).toBe(true);
    const again = await start(join(bundled, first.id));
    expect(await ended(again.id)).toMatchObject({ state: 'failed', code: 'model-present' });
    expect(added()).toEqual([]);
  });

  it('clears away what an import that was killed left, and nothing of one that runs', async () => {
    const dead = `.dead.part-${2 ** 22 + 7}-abc`;
    const alive = `.alive.part-${process.ppid}-abc`;
    for (const name of [dead, alive]) {
      mkdirSync(at(`home/models/${name}/model`), { recursive: true });
      writeFileSync(at(`home/models/${name}/model/model.onnx`), 'half');
    }
    await host();
    for (let tries = 0; added().includes(dead) && tries < 100; tries++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(added()).toEqual([alive]);
    expect((await ask<ModelSummary[]>('GET', '/models')).body.every((model) => model.bundled)).toBe(true);
  });

  it('one import waits for another, and can be cancelled at once while it waits', async () => {
    mkdirSync(at('none'));
    await host({ modelsFolder: at('none') });
    const [name] = readdirSync(bundled).filter((one) => existsSync(join(bundled, one, 'manifest.json')));
    cpSync(join(bundled, name), at('second'), { recursive: true });
    const first = await start(join(bundled, name));
    const second = await start(at('second'));
    expect(second).toMatchObject({ state: 'running', step: 'Waiting', name: 'second' });
    const { body } = await ask<ModelImport>('POST', `/models/imports/${second.id}/cancel`);
    expect(body.state).toBe('cancelled');
    expect((await told(first.id)).state).toBe('running');
    expect(await ended(first.id)).toMatchObject({ state: 'done' });
    expect(await told(second.id)).toMatchObject({ state: 'cancelled' });
    const late = await ask<ModelImport>('POST', `/models/imports/${first.id}/cancel`);
    expect(late.body.state).toBe('done');
    expect(added()).toEqual([name]);
  });

  it('what was sent and is not wanted any more is let go of, and nothing else', async () => {
    await host();
    const sent = async (batch: string) => {
      const to = `http://concord.test/api/models/uploads?batch=${batch}&name=box/w.pth`;
      const answer = await backend!.fetch(new Request(to, { method: 'POST', body: 'weights' }));
      expect(answer.status).toBe(201);
    };
    await sent('b1');
    await sent('b2');
    const kept = () => readdirSync(at(`home/uploads/${process.pid}`)).toSorted();
    expect(kept()).toEqual(['b1', 'b2']);
    expect((await ask('DELETE', '/models/uploads/b1')).status).toBe(204);
    expect(kept()).toEqual(['b2']);
    for (const batch of ['b1', '..', '%2e%2e', '..%2f..', 'B2', 'none']) {
      await ask('DELETE', `/models/uploads/${batch}`);
      expect(kept(), batch).toEqual(['b2']);
    }
  });

  it('a host of one study shows models and changes none', async () => {
    const making = await host();
    const coordinator = { name: 'Cora', passphrase: 'open sesame' };
    const structures = [{ label: 1, name: 'Liver', colour: '#e69f00' }];
    const protocol = { name: 'Only', modality: 'CT', structures, coordinator };
    const path = at('Only.concord');
    expect((await ask<StudyFace>('POST', '/studies', { protocol, folder: path })).status).toBe(201);
    await making.close();
    await host({ study: path });
    const { body: list } = await ask<ModelSummary[]>('GET', '/models');
    expect(list.length).toBeGreaterThan(0);
    for (const [method, to, json] of [
      ['POST', '/models', { path: bundled }],
      ['POST', '/models/uploads?batch=a&name=x', {}],
      ['DELETE', '/models/uploads/a', undefined],
      ['POST', '/models/imports/none/cancel', undefined],
      ['DELETE', `/models/${list[0].id}`, undefined],
    ] as const) {
      const { status, body } = await ask<ProblemDetails>(method, to, json);
      expect({ status, code: body.code }, to).toEqual({ status: 403, code: 'one-study-host' });
    }
  });

  it('closing while one runs leaves nothing half', async () => {
    mkdirSync(at('none'));
    const closing = await host({ modelsFolder: at('none') });
    const [name] = readdirSync(bundled).filter((one) => existsSync(join(bundled, one, 'manifest.json')));
    await start(join(bundled, name));
    while (added().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    backend = null;
    await closing.close();
    expect(added()).toEqual([]);
  });
});
