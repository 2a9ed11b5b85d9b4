// Bad checkpoint folders: each is refused in words, and nothing is left behind.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../contract/problem.ts';
import { importCheckpoint } from './import-checkpoint.ts';
import {
  tinyDataset,
  tinyPlans,
  tinyShapes,
  torchLegacy,
  torchZip,
  writeTinyFolder,
} from './test-checkpoint.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'concord-import-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const folder = () => join(home, 'nnUNetTrainer__nnUNetPlans__3d_fullres');
const target = () => join(home, 'model');

async function refusal(from = folder(), fold?: string): Promise<Problem> {
  const error: unknown = await importCheckpoint(from, { outputFolder: target(), fold }).catch(
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(Problem);
  expect(existsSync(target())).toBe(false);
  expect(readdirSync(home).filter((name) => name.endsWith('.part'))).toEqual([]);
  return error as Problem;
}

describe('folders that are refused', () => {
  it('no folder, and one without a model', async () => {
    expect((await refusal(join(home, 'nowhere'))).message).toContain('is not a folder');
    expect((await refusal(home)).message).toContain('holds no model of nnU-Net or PanSegNet');
  });

  it('a fold that is not there', async () => {
    writeTinyFolder(folder());
    expect((await refusal(folder(), '3')).message).toContain('has no fold 3; it has fold 0');
  });

  it('two models', async () => {
    writeTinyFolder(folder());
    writeTinyFolder(join(home, 'other'));
    expect((await refusal(home)).code).toBe('checkpoint-ambiguous');
  });

  it('weights missing, unknown, of another shape: each is named', async () => {
    const shapes: Record<string, number[]> = { ...tinyShapes(3), 'encoder.extra.weight': [2] };
    delete shapes['decoder.transpconvs.0.bias'];
    shapes['decoder.seg_layers.0.weight'] = [5, 2, 1, 1, 1];
    writeTinyFolder(folder(), { shapes });
    const problem = await refusal();
    expect(problem.code).toBe('checkpoint-differs');
    expect(problem.message).toContain('missing: decoder.transpconvs.0.bias (2)');
    expect(problem.message).toContain('decoder.seg_layers.0.weight is 5×2×1×1×1 and should be 2×2×1×1×1');
    expect(problem.message).toContain('unknown: encoder.extra.weight');
  });

  it('a second name with other weights', async () => {
    const shapes = { ...tinyShapes(3), 'decoder.encoder.stages.0.0.convs.0.conv.bias': [2] };
    writeTinyFolder(folder(), { shapes });
    expect((await refusal()).message).toContain('should be the same weights');
  });

  it.each([
    ['a cascade', { configuration: '3d_cascade_fullres' }, /second step of a cascade/],
    ['a configuration that is not there', { configuration: '4d' }, /has no configuration 4d/],
    [
      'plans without a patch',
      { plans: { ...tinyPlans([4, 6, 8]), configurations: { '3d_fullres': {} } } },
      /patch_size/,
    ],
    [
      'a patch that does not halve',
      { plans: tinyPlans([5, 6, 8]) },
      /no multiple of its network's strides 2×2×2/,
    ],
    [
      'more channels than schemes',
      { dataset: { ...tinyDataset, channel_names: { 0: 'CT', 1: 'MR' } } },
      /2 channels/,
    ],
    ['labels with a gap', { dataset: { ...tinyDataset, labels: { background: 0, a: 2 } } }, /without gaps/],
    ['plans that are no JSON object', { plans: [] }, /plans\.json is wrong/],
  ])('%s', async (_, parts, words) => {
    writeTinyFolder(folder(), parts);
    expect((await refusal()).message).toMatch(words);
  });

  it('weights that are no numbers', async () => {
    const file = (checkpoint: unknown) => {
      const { network_weights } = checkpoint as { network_weights: Record<string, { values: Float32Array }> };
      network_weights['decoder.stages.0.convs.0.conv.weight'].values[7] = NaN;
      return torchZip(checkpoint);
    };
    writeTinyFolder(folder(), { file });
    const problem = await refusal();
    expect(problem.code).toBe('weights-not-finite');
    expect(problem.message).toContain('decoder.stages.0.convs.0.conv.weight');
  });

  it('a later fold that is broken, or of another network: nothing of the first is left', async () => {
    writeTinyFolder(folder(), { folds: { fold_0: 1, fold_1: 2 } });
    writeFileSync(join(folder(), 'fold_1', 'checkpoint_final.pth'), torchZip({ network_weights: {} }));
    expect((await refusal()).code).toBe('checkpoint-differs');
    writeTinyFolder(folder(), { folds: { fold_1: 2 }, mirror: [0] });
    const problem = await refusal();
    expect(problem.code).toBe('checkpoint-folds-differ');
    expect(problem.message).toContain('Fold 1 is another model than the folds before it: its mirror differs');
  });

  it('plans for pictures', async () => {
    writeTinyFolder(folder(), {
      plans: { ...tinyPlans([4, 6, 8]), image_reader_writer: 'NaturalImage2DIO' },
    });
    expect((await refusal()).message).toContain('read images with NaturalImage2DIO');
  });

  it('postprocessing of a label that the model does not give', async () => {
    writeTinyFolder(folder());
    const names = ['remove_all_but_largest_component_from_segmentation'];
    const json = { postprocessing_fns: names, postprocessing_kwargs: [{ labels_or_regions: [1, 4] }] };
    writeFileSync(join(folder(), 'postprocessing.json'), JSON.stringify(json));
    expect((await refusal()).message).toContain('has no label 4');
  });

  it.each([
    ['a stride in the first stage', '"pool_op_kernel_sizes":[[1,2,2],[2,2,2]]', /first stage has a stride/],
    ['a spline of order 2', '"resampling_fn_data_kwargs":{"order":2}', /resampling_fn_data_kwargs.order/],
    [
      'another preprocessor',
      '"preprocessor_name":"ColorPreprocessor"',
      /prepare volumes with ColorPreprocessor/,
    ],
    ['another resampling', '"resampling_fn_probabilities":"resample_torch"', /resample with resample_torch/],
    [
      'keyword arguments that are missing',
      '"architecture":{"network_class_name":"x.PlainConvUNet","arch_kwargs":{}}',
      /n_stages/,
    ],
    [
      'another network class',
      '"architecture":{"network_class_name":"x.MedNeXt","arch_kwargs":{}}',
      /MedNeXt is not known/,
    ],
  ])('%s', async (_, entry, words) => {
    const plans = JSON.stringify(tinyPlans([4, 6, 8])).replace(
      '"inherits_from":"base"},"3d_cascade',
      `"inherits_from":"base",${entry}},"3d_cascade`,
    );
    writeTinyFolder(folder(), { plans: JSON.parse(plans) as unknown });
    expect((await refusal()).message).toMatch(words);
  });

  it.each([
    ['zip', torchZip],
    ['legacy stream', torchLegacy],
  ])('a checkpoint cut off anywhere: %s', { timeout: 60_000 }, async (_, write) => {
    writeTinyFolder(folder());
    const whole = writeAndRead(write);
    for (let n = 1; n <= 40; n++) {
      const length = n === 40 ? whole.length - 1 : Math.floor((whole.length * n) / 40.5);
      writeFileSync(join(folder(), 'fold_0', 'checkpoint_final.pth'), whole.subarray(0, length));
      expect((await refusal()).code).toBe('checkpoint-damaged');
    }
  });

  function writeAndRead(file: (checkpoint: unknown) => Uint8Array): Buffer {
    writeTinyFolder(folder(), { file });
    return readFileSync(join(folder(), 'fold_0', 'checkpoint_final.pth'));
  }

  it('a malicious checkpoint, and a malicious postprocessing.pkl, without running them', async () => {
    const proof = join(home, 'ran');
    const attack = Buffer.from(`cposix\nsystem\n(S'touch ${proof}'\ntR.`);
    writeTinyFolder(folder(), { file: (checkpoint) => poisoned(torchZip(checkpoint)) });
    expect((await refusal()).message).toContain('asks for os.system, ');
    writeTinyFolder(folder());
    writeFileSync(join(folder(), 'postprocessing.pkl'), attack);
    expect((await refusal()).message).toContain('postprocessing.pkl asks for posix.system, ');
    expect(existsSync(proof)).toBe(false);
  });

  it('a folder in the way stays as it is; an empty one is used', async () => {
    writeTinyFolder(folder());
    mkdirSync(target());
    writeFileSync(join(target(), 'mine.txt'), 'mine');
    await expect(importCheckpoint(home, { outputFolder: target() })).rejects.toMatchObject({
      code: 'model-present',
    });
    expect(readFileSync(join(target(), 'mine.txt'), 'utf8')).toBe('mine');
    rmSync(join(target(), 'mine.txt'));
    await importCheckpoint(folder(), { outputFolder: target() });
    expect(readdirSync(target())).toHaveLength(3);
  });

  it('weights too large for 16 bits leave nothing behind', async () => {
    const shapes = tinyShapes(3);
    shapes['encoder.stages.0.0.convs.0.conv.weight'] = [100, 1, 3, 3, 3];
    const plans = JSON.parse(
      JSON.stringify(tinyPlans([4, 6, 8])).replace(
        '"UNet_base_num_features":2,"unet_max_num_features":3',
        '"UNet_base_num_features":100,"unet_max_num_features":100',
      ),
    ) as unknown;
    for (const [key, shape] of Object.entries(shapes))
      shapes[key] = shape.map((n, d) =>
        d < 2 && n > 1 && !key.includes('seg_layers') ? (n === 4 ? 200 : 100) : n,
      );
    shapes['decoder.seg_layers.0.weight'] = [2, 100, 1, 1, 1];
    const file = (checkpoint: unknown) => {
      const { network_weights } = checkpoint as { network_weights: Record<string, { values: Float32Array }> };
      network_weights['decoder.stages.0.convs.0.conv.weight'].values[7] = 1e6;
      return torchZip(checkpoint);
    };
    writeTinyFolder(folder(), { shapes, plans, file });
    const work = importCheckpoint(home, { outputFolder: target(), precision: 'float16' });
    await expect(work).rejects.toMatchObject({ code: 'weights-too-large' });
    expect(readdirSync(home)).toEqual(['nnUNetTrainer__nnUNetPlans__3d_fullres']);
  });
});

/** Another name of the same length in place of a harmless one. */
function poisoned(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  return new Uint8Array(
    Buffer.from(text.replace('ccollections\nOrderedDict\n', 'cos\nsystem\n'.padEnd(25, '0')), 'latin1'),
  );
}
