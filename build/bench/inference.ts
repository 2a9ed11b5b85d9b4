// What Concord adds to a network: the whole way from file to mask, over the sum of bare session runs on the same array.
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runInference } from '../../electron/workers/inference-client.ts';
import { folder, root } from './material.ts';
import { quantile, type Bench } from './rows.ts';

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
    say('MeshNet on a head MR, bare and through Concord in turn …');
    const times = {
      whole: [] as number[],
      bare: [] as number[],
      network: [] as number[],
      overhead: [] as number[],
    };
    // One uncounted pair first: file caches fill and compiled code is kept.
    for (let pair = 0; pair <= PAIRS; pair++) {
      const alone = await bareRun(join(model, file), image);
      const start = performance.now();
      const { seconds } = await runInference({
        modelFolder: model,
        inputs: [image],
        provider: 'cpu',
        mirror: false,
        output: { kind: 'mask', path: join(folder, 'meshnet.mask') },
      });
      const whole = performance.now() - start;
      if (pair === 0) continue;
      times.bare.push(alone);
      times.whole.push(whole);
      times.network.push(seconds.network * 1000);
      times.overhead.push((whole / alone - 1) * 100);
    }
    return [
      {
        what: 'MeshNet on 256³: file → mask, process and all',
        samples: times.whole,
        unit: 'ms',
        peer: {
          name: `bare session.run, ${availableParallelism()} threads`,
          value: quantile(times.bare, 0.5),
        },
      },
      {
        what: 'what that adds to the bare run before it',
        samples: times.overhead,
        unit: '%',
        target: { limit: 15, of: 'median' },
      },
      { what: 'of that, the network', samples: times.network, unit: 'ms' },
    ];
  },
};

/** Counted pairs of a bare run and a whole one. */
const PAIRS = 5;

/** Milliseconds of the network alone on the same volume: nothing read, made ready or written, in a fresh process. */
async function bareRun(model: string, image: string): Promise<number> {
  const script = join(import.meta.dirname, 'bare-run.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, model, image]);
  return Number(stdout);
}
