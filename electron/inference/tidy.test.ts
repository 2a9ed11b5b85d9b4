// Small parts go as the manifest says: groups, sizes that stay, faces or corners.
import { describe, expect, test } from 'vitest';
import { tidy } from './tidy.ts';
import type { Manifest, Postprocess } from './manifest.ts';

const known: Manifest['labels'] = [
  { channel: 0, label: 0, name: 'background' },
  { channel: 1, label: 1, name: 'organ' },
  { channel: 2, label: 2, name: 'tumour' },
];

/** One slice of rows of digits, tidied with voxels of 2 mm³. */
function tidied(rows: string[], postprocess: Postprocess) {
  const labels = Uint8Array.from(rows.join(''), Number);
  const shape: [number, number, number] = [1, rows.length, rows[0].length];
  const notes = tidy(labels, shape, [2, 1, 1], { labels: known, postprocess });
  const width = rows[0].length;
  return { rows: rows.map((_, r) => labels.subarray(r * width, (r + 1) * width).join('')), notes };
}

describe('parts', () => {
  test('a group counts as one: a label touching the other stays, though alone it is the smaller part', () => {
    const rows = ['1112000', '0000000', '0220022'];
    expect(tidied(rows, { keepLargest: [{ labels: [1, 2] }] })).toEqual({
      rows: ['1112000', '0000000', '0000000'],
      notes: ['organ and tumour: 4 voxels in smaller parts were dropped.'],
    });
    expect(tidied(rows, { keepLargest: [1, 2] }).rows).toEqual(['1110000', '0000000', '0220022']);
  });

  test('groups go one after the other', () => {
    const rows = ['1122011', '0000000', '2220000'];
    const { rows: found } = tidied(rows, { keepLargest: [{ labels: [1, 2] }, 1] });
    expect(found).toEqual(['1122000', '0000000', '0000000']);
  });

  test('parts at least as large as said stay beside the largest: six mm³ are three voxels of two', () => {
    const rows = ['1111000', '0000000', '1110110'];
    const group = (keepFromMm3: number) => ({ keepLargest: [{ labels: [1], keepFromMm3 }] });
    expect(tidied(rows, group(6)).rows[2]).toBe('1110000');
    expect(tidied(rows, group(6.01)).rows[2]).toBe('0000000');
    expect(tidied(rows, group(4)).rows[2]).toBe('1110110');
  });

  test('corners join where the manifest says so', () => {
    const rows = ['1100', '0010', '0000', '1000'];
    expect(tidied(rows, { keepLargest: [1] }).rows).toEqual(['1100', '0000', '0000', '0000']);
    const corners = tidied(rows, { keepLargest: [1], touching: 'corners' });
    expect(corners.rows).toEqual(['1100', '0010', '0000', '0000']);
  });

  test('corners join across slices too, and never round an edge', () => {
    const labels = new Uint8Array(27);
    for (const n of [0, 13, 26, 2, 24]) labels[n] = 1;
    const spacing: [number, number, number] = [1, 1, 1];
    tidy(labels, [3, 3, 3], spacing, {
      labels: known,
      postprocess: { keepLargest: [1], touching: 'corners' },
    });
    // 0, 13 and 26 are a diagonal; 2 and 24 touch its middle.
    expect([...labels.keys()].filter((n) => labels[n] === 1)).toEqual([0, 2, 13, 24, 26]);
    const wrapped = Uint8Array.from([1, 1, 0, 0, 0, 1, 0, 0, 0]);
    tidy(wrapped, [1, 3, 3], spacing, {
      labels: known,
      postprocess: { keepLargest: [1], touching: 'corners' },
    });
    expect(wrapped[5]).toBe(1);
    const apart = Uint8Array.from([0, 0, 1, 0, 0, 0, 1, 1, 0]);
    tidy(apart, [1, 3, 3], spacing, {
      labels: known,
      postprocess: { keepLargest: [1], touching: 'corners' },
    });
    expect([...apart]).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 0]);
  });

  test('the smallest size comes last and takes the largest part too', () => {
    const rows = ['1100200', '0000022'];
    const { rows: found, notes } = tidied(rows, { keepLargest: [1], minimumVoxels: 3 });
    expect(found).toEqual(['0000000', '0000000']);
    expect(notes).toHaveLength(2);
  });
});
