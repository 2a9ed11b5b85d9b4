// Imports of models one after the other: what is told of each, and words of a run become words of an import.
import { afterEach, expect, it, vi } from 'vitest';
import type { ModelImport, ModelSummary } from '../../contract/models.ts';
import { Problem } from '../../contract/problem.ts';
import type { Uploads } from '../cases/uploads.ts';
import { createModelImports } from './imports.ts';
import type { AddOptions, ModelLibrary } from './library.ts';

afterEach(() => vi.useRealTimers());

/** Imports over a library whose `add` is `work`. */
function over(work: (path: string, options: AddOptions) => Promise<unknown>) {
  const discarded: string[] = [];
  const library = {
    add: (path: string, _wish: unknown, options: AddOptions) => work(path, options) as Promise<ModelSummary>,
  } as unknown as ModelLibrary;
  const uploads = {
    resolve: (path: string) => path.replace('upload:', '/sent/'),
    discard: (paths: string[]) => Promise.resolve(void discarded.push(...paths)),
  } as unknown as Uploads;
  return { imports: createModelImports({ library, uploads }), discarded };
}

it('tells the step, how far it is and how long it takes', async () => {
  vi.useFakeTimers();
  let end = (_: { id: string }) => undefined as void;
  let step: AddOptions['onStep'];
  const { imports } = over((_, options) => {
    step = options.onStep;
    return new Promise((resolve) => (end = resolve));
  });
  const { id } = imports.start({ path: '/models/Task 1.zip' });
  await vi.advanceTimersByTimeAsync(0);
  const told = () => imports.list()[0];
  step!('Unpacking', 0);
  expect(told()).toMatchObject({ name: 'Task 1.zip', step: 'Unpacking', progress: 0, secondsLeft: null });
  await vi.advanceTimersByTimeAsync(3000);
  step!('Unpacking', 0.25);
  expect(told()).toMatchObject({ progress: 0.25, secondsLeft: 9 });
  // A new step is timed by itself.
  step!('Building the network', 0.1);
  await vi.advanceTimersByTimeAsync(1000);
  step!('Building the network', 0.5);
  expect(told()).toMatchObject({ step: 'Building the network', progress: 0.5, secondsLeft: 1 });
  end({ id: 'task-1' });
  expect(await imports.settled(id)).toMatchObject({ state: 'done', modelId: 'task-1' });
});

it.each([
  ['inference-out-of-memory', 'import-out-of-memory'],
  ['inference-crashed', 'import-crashed'],
])('%s is told as %s, which speaks of no mask', async (code, toldAs) => {
  const { imports, discarded } = over(() => Promise.reject(new Problem(code, 'The mask was not written.')));
  const told = await imports.settled(imports.start({ path: 'upload:b1/box' }).id);
  expect(told).toMatchObject({ state: 'failed', code: toldAs });
  expect((told as Extract<ModelImport, { state: 'failed' }>).reason).toMatch(
    /^[^\n]*nothing was added[^\n]*\.$/,
  );
  expect((told as Extract<ModelImport, { state: 'failed' }>).reason).not.toContain('mask');
  expect(discarded).toEqual(['upload:b1/box']);
});

it('a fault of Concord’s own is told without its words, and the next import runs', async () => {
  const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  let first = true;
  const { imports } = over((path) => {
    if (!first) return Promise.resolve({ id: path });
    first = false;
    return Promise.reject(new TypeError('x is undefined'));
  });
  const wrong = imports.start({ path: '/a' });
  const right = imports.start({ path: 'upload:b/c' });
  expect(await imports.settled(right.id)).toMatchObject({ state: 'done', modelId: '/sent/b/c' });
  const told = await imports.settled(wrong.id);
  expect(told).toMatchObject({ state: 'failed', code: 'internal-fault' });
  expect(JSON.stringify(told)).not.toContain('undefined');
  expect(silent).toHaveBeenCalledOnce();
  silent.mockRestore();
});

it('one that waits is cancelled without ever being begun, and what was sent for it goes', async () => {
  let end = () => undefined as void;
  const begun: string[] = [];
  const { imports, discarded } = over((path) => {
    begun.push(path);
    return new Promise((resolve) => (end = () => resolve({ id: path })));
  });
  const first = imports.start({ path: '/first' });
  const second = imports.start({ path: 'upload:b2/second' });
  expect(await imports.cancel(second.id)).toMatchObject({ state: 'cancelled' });
  end();
  await imports.settled(first.id);
  expect(await imports.settled(second.id)).toMatchObject({ state: 'cancelled' });
  expect(begun).toEqual(['/first']);
  expect(discarded).toEqual(['/first', 'upload:b2/second']);
});

it('only the latest ended ones are told of, and none that runs is forgotten', async () => {
  let end = () => undefined as void;
  const { imports } = over((path) =>
    path === '/long'
      ? new Promise((resolve) => (end = () => resolve({ id: path })))
      : Promise.resolve({ id: path }),
  );
  for (let n = 0; n < 30; n++) await imports.settled(imports.start({ path: `/m${n}` }).id);
  const long = imports.start({ path: '/long' });
  expect(imports.list().filter(({ state }) => state === 'done')).toHaveLength(20);
  expect(imports.list()[0].name).toBe('long');
  await vi.waitFor(() => expect(end.toString()).toContain('resolve'));
  end();
  await imports.settled(long.id);
  await expect(imports.cancel('nobody')).rejects.toMatchObject({ code: 'import-not-found', status: 404 });
});
