// Networks asked for through a message port: in order, errors with their words, providers as they are now.
import { MessageChannel } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { Problem } from '../contract/problem.ts';
import type { LoadedModel, OpenedModel } from '../inference/index.ts';
import { modelsThrough, serveModels } from './network-calls.ts';

const model = { folder: 'm' } as LoadedModel;
let channel: MessageChannel | null = null;
afterEach(() => channel?.port1.close());

function through(opened: Partial<OpenedModel>, open?: () => Promise<OpenedModel>) {
  channel = new MessageChannel();
  const whole: OpenedModel = {
    count: 1,
    batch: 2,
    provider: 'cuda',
    tried: [],
    notes: [],
    network: () => Promise.resolve((values) => Promise.resolve({ scores: values, channels: 1 })),
    close: () => Promise.resolve(),
    ...opened,
  };
  serveModels(channel.port1, {
    load: (folder) => Promise.resolve({ folder } as LoadedModel),
    open: open ?? (() => Promise.resolve(whole)),
  });
  return modelsThrough(channel.port2).open(model, 'auto');
}

test('runs are done one after the other, in order, and the values change hands', async () => {
  const seen: number[] = [];
  let running = 0;
  const network: OpenedModel['network'] = (n) =>
    Promise.resolve(async (values) => {
      expect(++running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      seen.push(n, values[0]);
      return { scores: values.map((v) => v + 1), channels: 1 };
    });
  const opened = await through({ count: 2, network });
  expect([opened.count, opened.batch, opened.provider]).toEqual([2, 2, 'cuda']);
  const first = await opened.network(0);
  const given = Float32Array.of(1, 2);
  const results = [first(given, [1, 1, 2]), first(Float32Array.of(3), [1, 1, 1])];
  expect(given.length).toBe(0);
  expect((await Promise.all(results)).map(({ scores }) => [...scores])).toEqual([[2, 3], [4]]);
  const part = new Float32Array(8).fill(7);
  const last = await (await opened.network(1))(part.subarray(4), [1, 1, 4]);
  expect([...last.scores]).toEqual([8, 8, 8, 8]);
  expect(part.length).toBe(8);
  expect(seen).toEqual([0, 1, 0, 3, 1, 7]);
});

test('Problems stay Problems, other errors keep their words, and the next call is answered', async () => {
  const errors: Error[] = [new Problem('model-io-differs', 'It differs.'), new Error('device lost')];
  const network: OpenedModel['network'] = () =>
    Promise.resolve((values) => {
      const error = errors.shift();
      return error ? Promise.reject(error) : Promise.resolve({ scores: values, channels: 1 });
    });
  const run = await (await through({ network })).network(0);
  await expect(run(new Float32Array(1), [1, 1, 1])).rejects.toMatchObject({ code: 'model-io-differs' });
  await expect(run(new Float32Array(1), [1, 1, 1])).rejects.toThrow('device lost');
  expect((await run(Float32Array.of(5), [1, 1, 1])).scores[0]).toBe(5);
});

test('a provider that gave up is told of, and fewer tiles at once', async () => {
  const state = { provider: 'cuda', batch: 4, tried: [] as OpenedModel['tried'] };
  const changing: OpenedModel = {
    count: 1,
    notes: [],
    close: () => Promise.resolve(),
    get provider() {
      return state.provider;
    },
    get batch() {
      return state.batch;
    },
    get tried() {
      return state.tried;
    },
    network: () =>
      Promise.resolve((values) => {
        Object.assign(state, { provider: 'cpu', batch: 1, tried: [{ provider: 'cuda', reason: 'Lost.' }] });
        return Promise.resolve({ scores: values, channels: 1 });
      }),
  };
  const opened = await through({}, () => Promise.resolve(changing));
  expect(opened.batch).toBe(4);
  await (
    await opened.network(0)
  )(new Float32Array(1), [1, 1, 1]);
  expect([opened.provider, opened.batch, opened.tried[0].reason]).toEqual(['cpu', 1, 'Lost.']);
});

test('a model that cannot be opened is refused as it would be here', async () => {
  const refusal = () => Promise.reject(new Problem('model-not-onnx', 'No network.'));
  await expect(through({}, refusal)).rejects.toMatchObject({ code: 'model-not-onnx' });
});
