// What Concord adds to a network: the whole way from file to mask, over the sum of bare session runs on the same array.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { readVolume } from '../../electron/imaging/index.ts';
import { runInference } from '../../electron/workers/inference-client.ts';
import { folder, root } from './material.ts';
import { quantile, repeat, type Bench } from './rows.ts';

const head = join(root, '..', 'shared', 'data', 'brain-t1');

export const inference: Bench = {
  name: 'inference',
  async run(say) {
    const file = 'model5_gw_ae.onnx';
    if (!existsSync(join(head, file)))
      throw new Error('needs the head MR and its MeshNet beside the checkout');
    const model = join(folder, 'meshnet');
    mkdirSync(model, { recursive: true });
    copyFileSync(join(root, 'test', 'fixtures', 'meshnet', 'manifest.json'), join(model, 'manifest.json'));
    copyFileSync(join(head, file), join(model, file));
    const image = join(head, 't1_crop.nii.gz');
    say('MeshNet on a head MR, bare and through Concord …');
    const bare = await bareRuns(join(model, file), image);
    const network: number[] = [];
    const whole = await repeat(3, async () => {
      const result = await runInference({
        modelFolder: model,
        inputs: [image],
        provider: 'cpu',
        mirror: false,
        output: { kind: 'mask', path: join(folder, 'meshnet.mask') },
      });
      network.push(result.seconds.network * 1000);
    });
    const limit = Math.round(quantile(bare, 0.5) * 1.15);
    return [
      {
        what: 'MeshNet on 256³: file → mask, process and all',
        samples: whole,
        unit: 'ms',
        target: { limit, of: 'median' },
        peer: { name: `bare session.run, ${availableParallelism()} threads`, value: quantile(bare, 0.5) },
      },
      { what: 'of that, the network', samples: network.slice(1), unit: 'ms' },
    ];
  },
};

/** The network alone, on an array of the same shape: nothing read, nothing made ready, nothing written. */
async function bareRuns(model: string, image: string): Promise<number[]> {
  const { grid, voxels } = await readVolume(image);
  const session = await InferenceSession.create(model, { executionProviders: ['cpu'] });
  const [i, j, k] = grid.shape;
  const input = new Tensor(
    'float32',
    Float32Array.from(voxels, (value) => value / 255),
    [1, 1, k, j, i],
  );
  const samples = await repeat(3, () => session.run({ [session.inputNames[0]]: input }));
  await session.release();
  return samples;
}
