// What is permitted of a proposal: locks, region and value range, and the patch that comes of it.
import { describe, expect, it } from 'vitest';
import { applyPatch } from '../../../electron/contract/mask-bytes.ts';
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { EditRule } from '../permissions.ts';
import { LabelBoxes } from '../label-boxes.ts';
import { LabelVolume } from '../label-volume.ts';
import { cut, sizeOf } from './block.ts';
import { randomBlock, randomNumbers } from './random-blocks.ts';
import { Changes } from './settle.ts';

const free: EditRule = { region: 'anywhere', insideLabel: 0, locked: new Set(), range: null };

describe('settling a proposal', () => {
  it.each([1, 2, 3, 4, 5])('changes what locks, region and range permit and nothing else (%i)', (seed) => {
    const { shape, labels } = randomBlock(seed);
    const random = randomNumbers(seed + 100);
    const values = Int16Array.from(labels, () => Math.floor(random() * 100));
    const box = { low: [2, 1, 3] as Triple, high: [9, 8, 7] as Triple };
    const rules: EditRule[] = [
      free,
      { ...free, locked: new Set([2]) },
      { ...free, region: 'empty' },
      { ...free, region: 'inside', insideLabel: 3, range: { low: 20, high: 60 } },
    ];
    for (const rule of rules) {
      const block = {
        low: box.low,
        shape: sizeOf(box),
        spacing: [1, 1, 1] as Triple,
        volume: shape,
        labels: cut(labels, shape, box),
        values: cut(values, shape, box),
      };
      const next = block.labels.map((v) => (random() < 0.5 ? v : Math.floor(random() * 4)));
      const changes = new Changes();
      changes.add(block, next, rule, [1, 2]);
      const { bytes, voxels, kept, locked } = changes.finish();
      const want = labels.slice();
      let refused = 0;
      let byLock = 0;
      next.forEach((to, n) => {
        const i = 2 + (n % 8);
        const j = 1 + (Math.floor(n / 8) % 8);
        const k = 3 + Math.floor(n / 64);
        const at = i + shape[0] * (j + shape[1] * k);
        const from = labels[at];
        if (from === to) return;
        let may = !rule.locked.has(from) && !rule.locked.has(to);
        if (to === 0) may &&= from === 1 || from === 2;
        else if (rule.region === 'empty') may &&= from === 0;
        else if (rule.region === 'inside') may &&= from === 3;
        if (rule.range) may &&= values[at] >= 20 && values[at] <= 60;
        if (may) want[at] = to;
        else {
          refused++;
          if (rule.locked.has(from) || rule.locked.has(to)) byLock++;
        }
      });
      const got = labels.slice();
      if (bytes) applyPatch(got, bytes);
      expect(got).toEqual(want);
      expect(kept).toBe(refused);
      expect(locked).toBe(byLock);
      expect(voxels).toBe(labels.filter((v, n) => v !== want[n]).length);
    }
  });
});

describe('boxes of structures', () => {
  it('are the same when they were looked at in pieces while the mask changed', async () => {
    const shape: Triple = [9, 8, 70];
    const { labels } = randomBlock(4, shape);
    const volume = new LabelVolume(shape, labels);
    const boxes = new LabelBoxes(volume);
    const warmed = boxes.warm();
    labels.fill(0, 0, 9 * 8 * 12);
    volume.replace(labels.slice());
    await warmed;
    const cold = new LabelBoxes(volume);
    for (const label of [1, 2, 3]) expect(boxes.of(label)).toEqual(cold.of(label));
  });
  it.each([1, 2, 3])('stay tight while the mask changes (%i)', (seed) => {
    const { shape, labels } = randomBlock(seed, [13, 10, 8]);
    const volume = new LabelVolume(shape, labels);
    const boxes = new LabelBoxes(volume);
    const random = randomNumbers(seed);
    for (let round = 0; round < 6; round++) {
      for (let label = 1; label < 4; label++) {
        const low = [99, 99, 99];
        const high = [-1, -1, -1];
        labels.forEach((v, n) => {
          if (v !== label) return;
          const at = [n % shape[0], Math.floor(n / shape[0]) % shape[1], Math.floor(n / shape[0] / shape[1])];
          at.forEach((x, a) => {
            low[a] = Math.min(low[a], x);
            high[a] = Math.max(high[a], x);
          });
        });
        expect(boxes.of(label)).toEqual(high[0] < 0 ? null : { low, high });
      }
      const [j, k] = [Math.floor(random() * shape[1]), Math.floor(random() * shape[2])];
      const to = round === 3 ? 0 : Math.floor(random() * 4);
      for (let i = 0; i < (round === 3 ? labels.length : shape[0]); i++) {
        const at = round === 3 ? i : i + shape[0] * (j + shape[1] * k);
        if (round === 3 && labels[at] !== 2) continue;
        volume.counts[labels[at]]--;
        volume.counts[to]++;
        labels[at] = to;
      }
      if (round === 3) volume.changed({ low: [0, 0, 0], high: shape.map((n) => n - 1) as Triple });
      else volume.changed({ low: [0, j, k], high: [shape[0] - 1, j, k] });
    }
  });
});
