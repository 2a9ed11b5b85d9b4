// Pickles: plain values come out whole; everything that could run a program is refused by name, unrun.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../contract/problem.ts';
import { memorySource, SequentialReader } from './file-reader.ts';
import { readPickle } from './pickle.ts';
import { NumpyArray, toPlain } from './pickle-values.ts';
import { pickled } from './test-checkpoint.ts';

const latin1 = (...parts: (string | number[])[]) =>
  new Uint8Array(
    Buffer.concat(
      parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
    ),
  );
const read = (bytes: Uint8Array) => readPickle(new SequentialReader(memorySource('some/model.pkl', bytes)));

function refusal(bytes: Uint8Array): Problem {
  try {
    read(bytes);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('values', () => {
  it('of every plain kind, nested', () => {
    const value = { a: [1, -2, 0.1, 'ü', null, true, false], b: { c: [] }, 3: 'three' };
    expect(toPlain(read(pickled(value)))).toEqual(value);
  });

  it('of protocol 4 with memo and frame: Python’s pickle.dumps({"x": (1, 2.5), "y": b"ab", "z": {7}}, 4)', () => {
    const hex =
      '80049529000000000000007d94288c0178944b0147400400000000000086948c01799443026162948c017a948f94284b0790752e';
    const map = read(Uint8Array.from(Buffer.from(hex, 'hex'))) as Map<string, unknown>;
    expect(map.get('x')).toEqual([1, 2.5]);
    expect(map.get('y')).toEqual(Uint8Array.of(97, 98));
    expect(map.get('z')).toEqual(new Set([7]));
  });

  it('whole numbers beyond 2⁵³', () => {
    expect(read(pickled(0x1950a86a20f9469cfc6cn))).toBe(0x1950a86a20f9469cfc6cn);
    expect(read(latin1([0x80, 2, 0x8a, 1, 0xff], '.'))).toBe(-1);
    expect(read(latin1([0x80, 2, 0x8a, 0], '.'))).toBe(0);
  });

  it.each(['numpy.core.multiarray', 'numpy._core.multiarray'])(
    'an array of %s in Fortran order',
    (module) => {
      const bytes = latin1(
        [0x80, 2],
        `c${module}\n_reconstruct\ncnumpy\nndarray\nK`,
        [0, 0x85],
        'C\x01b',
        [0x87],
        'R(K\x01K\x02K\x03\x86cnumpy\ndtype\nX\x02\x00\x00\x00i2\x89\x88\x87R(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x88C\x0c',
        [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0],
        'tb.',
      );
      const array = read(bytes);
      expect(array).toBeInstanceOf(NumpyArray);
      expect(toPlain(array)).toEqual([
        [1, 3, 5],
        [2, 4, 6],
      ]);
    },
  );
});

describe('what could run a program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-pickle-'));
  const proof = join(folder, 'ran');
  const touch = `touch ${proof}`;

  it.each([
    ['os.system', latin1([0x80, 2], `cos\nsystem\nX\x01\x00\x00\x00a`, [0x85], 'R.')],
    ['posix.system', latin1(`cposix\nsystem\n(S'${touch}'\ntR.`)],
    ['builtins.eval', latin1([0x80, 4], '\x8c\x08builtins\x8c\x04eval\x93\x8c\x011', [0x85], 'R.')],
    ['__builtin__.eval', latin1(`c__builtin__\neval\n(S'1'\ntR.`)],
    ['builtins.getattr', latin1([0x80, 2], 'cbuiltins\ngetattr\n.')],
    ['builtins.__import__', latin1([0x80, 2], 'cbuiltins\n__import__\n.')],
    ['subprocess.Popen', latin1(`(isubprocess\nPopen\n.`)],
    ['subprocess.Popen', latin1(`(csubprocess\nPopen\nS'${touch}'\no.`)],
    ['torch.load', latin1([0x80, 2], 'ctorch\nload\n.')],
    ['torch.hub.load', latin1([0x80, 2], 'ctorch.hub\nload\n.')],
    ['nnunetv2.os.system', latin1([0x80, 2], 'cnnunetv2.os\nsystem\n.')],
    [
      'collections.OrderedDict.fromkeys',
      latin1([0x80, 4], '\x8c\x0bcollections\x8c\x14OrderedDict.fromkeys\x93.'),
    ],
    ['numpy.load', latin1([0x80, 2], 'cnumpy\nload\n.')],
    ['constructor.constructor', latin1([0x80, 2], 'cconstructor\nconstructor\n.')],
    ['a call of torch.FloatStorage', latin1([0x80, 2], 'ctorch\nFloatStorage\n)R.')],
    ['a class by a registered number', latin1([0x80, 2, 0x82, 1], '.')],
    ['an object outside the file', latin1([0x80, 2], 'NQ.')],
  ])('%s is refused by name', (name, bytes) => {
    const problem = refusal(bytes);
    expect(problem.code).toBe('checkpoint-unsafe');
    expect(problem.message).toContain(`model.pkl asks for ${name}, `);
    expect(existsSync(proof)).toBe(false);
  });

  it('a custom reduce that hides behind an allowed name is data, or refused', () => {
    const hidden = latin1([0x80, 2], 'ccollections\ndefaultdict\ncos\nsystem\n', [0x85], 'R.');
    expect(refusal(hidden).message).toContain('os.system');
    // A record of a known class takes any arguments, and nothing happens with them.
    const record = latin1([0x80, 2], 'cnnunet.training.x\nTrainer\nX\x02\x00\x00\x00hi', [0x85], 'R.');
    expect(toPlain(read(record))).toBe(null);
    rmSync(folder, { recursive: true });
  });
});

describe('broken pickles', () => {
  it.each([
    ['nothing', latin1()],
    ['a cut-off one', pickled({ a: [1, 2, 3] }).subarray(0, 12)],
    ['an absurd length', latin1([0x80, 4, 0x8e, 255, 255, 255, 255, 255, 255, 31, 0], '.')],
    ['a value that is not there', latin1('R.')],
    ['a memo that is not there', latin1('h\x05.')],
    ['a dictionary of one', latin1('}(K\x01u.')],
    [
      'bytes that are not bytes',
      latin1([0x80, 2], 'c_codecs\nencode\nX\x03\x00\x00\x00\xe2\x82\xac', [0x85], 'R.'),
    ],
    ['a future protocol', latin1([0x80, 9], 'N.')],
  ])('%s', (_, bytes) => {
    expect(refusal(bytes).code).toBe('checkpoint-damaged');
  });

  it('any bytes at all end in a value or a Problem', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          read(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('one changed byte ends in a value or a Problem', () => {
    const whole = pickled({ a: [1, 2.5, 'text', null], b: { c: [true] } });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const bytes = whole.slice();
        bytes[at] = byte;
        try {
          read(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
