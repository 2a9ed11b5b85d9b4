// JPEG 2000 data that are whole, cut or damaged: made by hand, and out of a real CT where that is at hand.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { flawOf } from './jpeg2000-check.ts';
import { readVolume } from './read-volume.ts';
import { refusalOf, temporaryFolder } from './test-files.ts';

const SIZE = { rows: 30, columns: 40, samplesPerPixel: 1 };
const word = (n: number) => [n >> 8, n & 255];
const long = (n: number) => [...word(n >>> 16), ...word(n & 0xffff)];
/** Bytes as an encoder leaves them: nothing above 8F behind an FF. */
function coded(length: number, seed = 1): number[] {
  const bytes: number[] = [];
  for (let state = seed; bytes.length < length;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const byte = state >>> 24;
    bytes.push(bytes.at(-1) === 0xff ? byte & 0x7f : byte);
  }
  if (bytes.at(-1) === 0xff) bytes[length - 1] = 0;
  return bytes;
}
/** Bytes that no encoder wrote. */
function anyBytes(length: number): number[] {
  let state = 9;
  return Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
}
const header = (tile: [number, number] = [40, 30]) => [
  ...word(0xff4f),
  ...[...word(0xff51), ...word(41), 0, 0, ...long(40), ...long(30), ...long(0), ...long(0)],
  ...[...long(tile[0]), ...long(tile[1]), ...long(0), ...long(0), ...word(1), 15, 1, 1],
  ...[...word(0xff52), ...word(12), 0, 0, ...word(1), 0, 5, 4, 4, 0, 1],
];
const part = (
  data: number[],
  of: { tile?: number; number?: number; parts?: number; length?: number } = {},
) => [
  ...[...word(0xff90), ...word(10), ...word(of.tile ?? 0), ...long(of.length ?? data.length + 14)],
  ...[of.number ?? 0, of.parts ?? 1, ...word(0xff93), ...data],
];
const END = word(0xffd9);
const flaw = (...pieces: number[][]) => flawOf(Buffer.from(pieces.flat()), SIZE);

describe('a codestream made by hand', () => {
  const data = coded(6000);

  it('passes whole: in one part or several, in tiles, of length 0, without its last marker, padded', () => {
    expect(flaw(header(), part(data), END)).toBeNull();
    expect(flaw(header(), part(data), END, [0])).toBeNull();
    expect(flaw(header(), part(data))).toBeNull();
    expect(flaw(header(), part(data, { length: 0 }), END)).toBeNull();
    const two = [part(data, { parts: 0 }), part(coded(50), { number: 1, parts: 2 })];
    expect(flaw(header(), ...two, END)).toBeNull();
    const tiles = [0, 1].map((tile) => part(coded(100, tile + 5), { tile }));
    expect(flaw(header([20, 30]), ...tiles, END)).toBeNull();
    // A picture of nothing: packets of one zero byte; and marks of packets inside.
    expect(flaw(header(), part(Array(6).fill(0) as number[]), END)).toBeNull();
    const marked = [...data.slice(0, 99), 0, 0xff, 0x91, 0, 4, 0, 0, 0xff, 0x92, ...data.slice(99)];
    expect(flaw(header(), part(marked), END)).toBeNull();
  });

  it('is cut where its parts are shorter than promised or tiles are missing', () => {
    const whole = [...header(), ...part(data), ...END];
    for (const length of [whole.length - 3, whole.length - 1000, 120, 100, 60, 20, 5]) {
      expect(flaw(whole.slice(0, length)), String(length)).toMatchObject({ cut: true });
    }
    expect(flaw(header([20, 30]), part(data), END)).toMatchObject({ cut: true, why: /lack a tile/ });
    expect(flaw(header(), part(data, { parts: 2 }), END)).toMatchObject({ cut: true });
  });

  it('is damaged where blocks in it were overwritten, parts are missing, or it is of another picture', () => {
    const zeros = [...data];
    zeros.fill(0, 2048, 2048 + 1024);
    const rubbish = data.toSpliced(2048, 2048, ...anyBytes(2048));
    for (const bytes of [zeros, rubbish, data.with(100, 0xff).with(101, 0xd9)])
      expect(flaw(header(), part(bytes), END)).toMatchObject({ cut: false, why: /no picture/ });
    const late = part(data, { number: 1 });
    expect(flaw(header(), late, END)).toMatchObject({ cut: false, why: /lack a part/ });
    expect(flaw(header(), part(data, { tile: 3 }), END)).toMatchObject({ cut: false });
    expect(flaw(header(), part(data, { length: 4000 }), END)).toMatchObject({ cut: false });
    expect(flaw([0xff, 0x4f, 0, 0], part(data), END)).toMatchObject({ cut: false });
    const other = flawOf(Buffer.from([...header(), ...part(data), ...END]), { ...SIZE, rows: 31 });
    expect(other).toMatchObject({ cut: false, why: /another size/ });
  });
});

const series = resolve(import.meta.dirname, '../../../shared/data/ct-abdomen-dicom');
const there = existsSync(series);
describe.skipIf(!there)(`a real series${there ? '' : ' (SKIPPED: no ../shared/data here)'}`, () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  const names = there ? readdirSync(series).toSorted().slice(4, 8) : [];
  let count = 0;
  /** Four slices, the third changed. */
  function changed(change: (bytes: Buffer) => Buffer | void): string {
    const path = folder.path(`series-${count++}`);
    mkdirSync(path);
    for (const name of names) copyFileSync(join(series, name), join(path, name));
    const bytes = readFileSync(join(path, names[2]));
    writeFileSync(join(path, names[2]), change(bytes) ?? bytes);
    return path;
  }

  it('is read whole, and refused by the name of the slice that is not', async () => {
    expect((await readVolume(changed(() => undefined))).grid.shape).toEqual([512, 512, 4]);
    const middle = (bytes: Buffer) => bytes.length >> 1;
    const cases: [string, (bytes: Buffer) => Buffer | void][] = [
      ['dicom-damaged', (bytes) => void bytes.fill(0, middle(bytes), middle(bytes) + 4096)],
      ['dicom-damaged', (bytes) => void bytes.fill(0xff, middle(bytes), middle(bytes) + 4096)],
      ['dicom-damaged', (bytes) => void bytes.set(anyBytes(4096), middle(bytes))],
      // Cut in the middle and closed again, with the item's length made to fit.
      [
        'file-truncated',
        (bytes) => {
          const item = bytes.indexOf(Buffer.from([0xfe, 0xff, 0, 0xe0]), bytes.indexOf('OB\0\0\xff', 0, 'latin1') + 16);
          const half = middle(bytes) & ~1;
          bytes.writeUInt32LE(half - item - 8, item + 4);
          return Buffer.concat([bytes.subarray(0, half), Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0])]);
        },
      ],
    ]; // prettier-ignore
    for (const [code, change] of cases) {
      const refusal = await refusalOf(readVolume(changed(change)));
      expect(refusal).toMatchObject({ code });
      expect(refusal.message).toContain(names[2]);
    }
  });
});
