// Providers in order, giving up on them, and networks that are not what their manifest says.
import { describe, expect, test } from 'vitest';
import { Problem } from '../contract/problem.ts';
import { openOnFirst } from './fallback.ts';
import { ManifestSchema, type Manifest } from './manifest.ts';
import { plainReason, providersFor } from './providers.ts';
import { runNetwork, type Network } from './run.ts';
import { checkInputsAndOutputs } from './session-checks.ts';

describe('which providers are tried', () => {
  test('the processor ends every list, and a choice is the only one', () => {
    expect(providersFor('auto', 'linux', 'x64')).toEqual(['cuda', 'webgpu', 'cpu']);
    expect(providersFor('auto', 'linux', 'arm64')).toEqual(['webgpu', 'cpu']);
    expect(providersFor('auto', 'win32', 'x64')).toEqual(['cuda', 'webgpu', 'dml', 'cpu']);
    expect(providersFor('auto', 'darwin', 'arm64')).toEqual(['coreml', 'webgpu', 'cpu']);
    expect(providersFor('cuda', 'darwin', 'arm64')).toEqual(['cuda']);
  });
  test('reasons are sentences without the runtime’s file names', () => {
    expect(plainReason('webgpu', new Error('Failed to get a WebGPU adapter.\n at x.cc:12'))).toBe(
      'WebGPU found no graphics card that it can use.',
    );
    expect(plainReason('dml', new Error('Something odd.\nat y.cc:3'))).toBe(
      'DirectML cannot run this model here (Something odd).',
    );
  });
});

describe('giving up on a provider', () => {
  const same: Network = (values) => Promise.resolve({ scores: values, channels: 1 });
  /** Runs `good` times, then throws at every run. */
  const failingAfter = (good: number): Network => {
    let runs = 0;
    return (values, shape) =>
      runs++ < good ? same(values, shape) : Promise.reject(new Error('device lost\nat z.cc'));
  };
  const opener = (networks: Record<string, Network | Error>, closed: string[] = []) => {
    return (provider: string) => {
      const network = networks[provider];
      if (network instanceof Error) return Promise.reject(network);
      const close = () => Promise.resolve(void closed.push(provider));
      return Promise.resolve({ network, batch: 1, close });
    };
  };

  test('one that cannot be opened is passed over, with its reason', async () => {
    const open = opener({ cuda: new Error('libcudart.so.12: cannot open'), cpu: same });
    const session = await openOnFirst(['cuda', 'cpu'], open);
    expect(session.provider).toBe('cpu');
    expect(session.tried).toEqual([
      { provider: 'cuda', reason: 'CUDA cannot start: its libraries are not installed.' },
    ]);
    expect(session.notes).toEqual([]);
  });

  test('one that fails at the third tile: the next does that tile again, and it is said', async () => {
    const closed: string[] = [];
    const open = opener({ cuda: failingAfter(2), webgpu: new Error('no adapter'), cpu: same }, closed);
    const session = await openOnFirst(['cuda', 'webgpu', 'cpu'], open);
    expect(session.provider).toBe('cuda');
    const values = Float32Array.from({ length: 20 }, (_, n) => n);
    const { channels, tiles } = await runNetwork(session.network, [values], [1, 1, 20], {
      patch: [1, 1, 4],
      overlap: 0,
      gaussian: false,
      mirror: [],
      average: 'output',
      output: { name: 'o', activation: 'logits' },
    });
    expect(tiles).toBe(5);
    expect([...channels[0]]).toEqual([...values]);
    expect(session.provider).toBe('cpu');
    expect(session.tried.map(({ provider }) => provider)).toEqual(['cuda', 'webgpu']);
    expect(session.notes).toEqual(['CUDA stopped during the run; the processor went on from there.']);
    expect(closed).toEqual(['cuda']);
    await session.close();
    expect(closed).toEqual(['cuda', 'cpu']);
  });

  test('the last one’s error comes out; a fault of the model ends the search', async () => {
    const alone = await openOnFirst(['cpu'], opener({ cpu: failingAfter(0) }));
    await expect(alone.network(new Float32Array(1), [1, 1, 1])).rejects.toThrow('device lost');
    const fault = new Problem('model-io-differs', 'It differs.');
    const faulty: Network = () => Promise.reject(fault);
    const session = await openOnFirst(['cuda', 'cpu'], opener({ cuda: faulty, cpu: same }));
    await expect(session.network(new Float32Array(1), [1, 1, 1])).rejects.toBe(fault);
    await expect(openOnFirst(['cuda', 'cpu'], opener({ cuda: fault, cpu: same }))).rejects.toBe(fault);
  });

  test('none left: one sentence for each', async () => {
    const open = opener({ cuda: new Error('backend not found'), webgpu: new Error('no adapter') });
    await expect(openOnFirst(['cuda', 'webgpu'], open)).rejects.toMatchObject({
      code: 'provider-not-available',
      message: /CUDA is not part of this build\. WebGPU found no graphics card/,
    });
  });
});

describe('a network against its manifest', () => {
  const manifest = ManifestSchema.parse({
    name: 'm',
    version: '1',
    description: '',
    modality: null,
    channels: [{ name: 'CT', normalisation: { scheme: 'none' } }],
    input: { name: 'in', layout: 'NCDHW', axes: ['z', 'y', 'x'], orientation: 'file' },
    output: { name: 'out', activation: 'logits' },
    spacing: null,
    patch: [8, 8, 8],
    labels: [{ channel: 1, label: 1, name: 'organ' }],
  });
  type Shape = (number | string)[];
  const session = (input: Shape, output: Shape, type = 'float32') => {
    const meta = (name: string, shape: Shape) => ({ name, isTensor: true as const, type, shape }) as never;
    return {
      inputNames: ['in'],
      outputNames: ['out'],
      inputMetadata: [meta('in', input)],
      outputMetadata: [meta('out', output)],
    };
  };
  const refused = (described: ReturnType<typeof session>, changes: Partial<Manifest> = {}) => {
    try {
      checkInputsAndOutputs(described, { ...manifest, ...changes });
    } catch (error) {
      expect(error).toMatchObject({ code: 'model-io-differs', status: 422 });
      return (error as Problem).message;
    }
    return null;
  };

  test('what fits passes, open dimensions and outputs of open shape included', () => {
    expect(refused(session([1, 1, 8, 8, 8], [1, 2, 8, 8, 8]))).toBeNull();
    expect(refused(session(['batch', 1, 'd', 'h', 'w'], []))).toBeNull();
    expect(refused(session([-1, -1, -1, -1, -1], [-1, 2, -1, -1, -1]), { patch: null })).toBeNull();
  });
  test.each([
    ['rank of the input', session([1, 1, 8, 8], [1, 2, 8, 8]), /input has 4 dimensions/],
    ['rank of the output', session([1, 1, 8, 8, 8], [1, 8, 8, 8]), /output has 4 dimensions/],
    ['batch', session([2, 1, 8, 8, 8], [2, 2, 8, 8, 8]), /batches of 2/],
    ['channels in', session([1, 3, 8, 8, 8], [1, 2, 8, 8, 8]), /takes 3 channels .* describes 1/],
    ['channels out', session([1, 1, 8, 8, 8], [1, 1, 8, 8, 8]), /gives 1 channels .* channel 1/],
    ['tile', session([1, 1, 8, 8, 16], [1, 2, 8, 8, 16]), /8×8×16 voxels only .* 8×8×8/],
    ['element type', session([1, 1, 8, 8, 8], [1, 2, 8, 8, 8], 'float16'), /32-bit floats/],
  ])('%s', (_what, described, sentence) => {
    expect(refused(described)).toMatch(sentence);
  });
  test('a fixed size and no patch', () => {
    expect(refused(session([1, 1, 8, 8, 8], []), { patch: null })).toMatch(/patch is null/);
  });
});
