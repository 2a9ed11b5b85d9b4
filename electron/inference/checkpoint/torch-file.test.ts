// Files of torch.save, zip and legacy: tensors come out, and whatever is cut off or odd is refused in words.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Problem } from '../../contract/problem.ts';
import { halfToNumber } from './numpy-values.ts';
import { TorchTensor } from './pickle-values.ts';
import { numberToHalf, readTensor } from './tensor.ts';
import { pickled, testWeights, torchLegacy, torchZip, zipOf } from './test-checkpoint.ts';
import { openTorchFile, type TorchFile } from './torch-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-torch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const weights = testWeights({ a: [2, 3, 4], b: [5] });
const content = { state: { ...weights, again: weights['b'] }, epoch: 3 };

function save(bytes: Uint8Array): string {
  const path = join(folder, 'model.pth');
  writeFileSync(path, bytes);
  return path;
}

function refusal(bytes: Uint8Array): Problem {
  try {
    openTorchFile(save(bytes)).close();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('was not refused');
}

const stateOf = (file: TorchFile) => (file.root as Map<string, Map<string, TorchTensor>>).get('state')!;

describe.each([
  ['zip', torchZip],
  ['legacy stream', torchLegacy],
])('%s', (_, write) => {
  it('gives tensors their numbers', () => {
    const file = openTorchFile(save(write(content)));
    const state = stateOf(file);
    expect([...state.keys()]).toEqual(['a', 'b', 'again']);
    expect(state.get('a')!.shape).toEqual([2, 3, 4]);
    expect(readTensor(file, state.get('a')!)).toEqual(weights['a'].values);
    expect(readTensor(file, state.get('again')!)).toEqual(weights['b'].values);
    expect((file.root as Map<string, unknown>).get('epoch')).toBe(3);
    file.close();
  });

  it('reads views by offset and stride', () => {
    const file = openTorchFile(save(write(content)));
    const { storage } = stateOf(file).get('a')!;
    const turned = new TorchTensor(storage, 12, [4, 3], [1, 4]);
    const { values } = weights['a'];
    const expected = Array.from({ length: 12 }, (__, n) => values[12 + (n % 3) * 4 + Math.floor(n / 3)]);
    expect([...readTensor(file, turned)]).toEqual(expected);
    expect(() => readTensor(file, new TorchTensor(storage, 13, [4, 3], [1, 4]))).toThrow(
      /beyond its numbers/,
    );
    file.close();
  });

  it('is refused wherever it is cut off', () => {
    const bytes = write(content);
    for (let length = 0; length < bytes.length; length += 37) {
      const problem = refusal(bytes.subarray(0, length));
      expect(problem.code).toBe('checkpoint-damaged');
      expect(problem.message).toMatch(
        /^model\.pth cannot be read: .+\. Nothing was imported; get the file again\.$/,
      );
    }
  });
});

describe('zips that torch.save did not write', () => {
  it.each([
    ['without data.pkl', zipOf([['a.txt', Uint8Array.of(1)]]), /without data\.pkl \(it holds a\.txt\)/],
    [
      'big-endian',
      zipOf([
        ['x/data.pkl', pickled(1)],
        ['x/byteorder', new Uint8Array(Buffer.from('big'))],
      ]),
      /big-endian/,
    ],
    ['text', new Uint8Array(Buffer.from('<html>not found</html>')), /neither a zip nor a stream/],
    ['a plain pickle', pickled({ a: 1 }), /not one of torch\.save/],
  ])('%s', (_, bytes, words) => {
    expect(refusal(bytes).message).toMatch(words);
  });

  it('compressed', () => {
    const bytes = torchZip(content);
    const view = new DataView(bytes.buffer);
    for (let n = 0; n + 4 < bytes.length; n++)
      if (view.getUint32(n, true) === 0x02014b50) view.setUint16(n + 10, 8, true);
    expect(refusal(bytes).message).toMatch(/compressed or encrypted/);
  });

  it('numbers missing', () => {
    const file = openTorchFile(save(zipOf([['x/data.pkl', pickled(1)]])));
    expect(() => file.storage({ key: '0', type: 'float32', count: 1 })).toThrow(/numbers are missing/);
    file.close();
  });
});

describe('16-bit floats', () => {
  it('every half survives the way there and back', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = halfToNumber(bits);
      if (!Number.isNaN(value)) expect(numberToHalf(value)).toBe(bits);
    }
  });

  it('rounds ties to even', () => {
    expect(halfToNumber(numberToHalf(1 + 1 / 2048))).toBe(1);
    expect(halfToNumber(numberToHalf(1 + 3 / 2048))).toBe(1 + 4 / 2048);
    expect(halfToNumber(numberToHalf(2 ** -25))).toBe(0);
    expect(halfToNumber(numberToHalf(3 * 2 ** -25))).toBe(2 ** -23);
    expect(numberToHalf(65_520)).toBe(0x7c00);
    expect(halfToNumber(numberToHalf(65_519))).toBe(65_504);
  });
});
