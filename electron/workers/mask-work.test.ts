// What masks cost at the size of a real CT, and what whole-mask work refuses.
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeMask, encodeMask, encodePatch } from '../contract/mask-bytes.ts';
import { composeMask, compareWithProposal, pack, packChecked, unpack } from './mask-work.ts';

const NX = 512;
const NY = 512;
const NZ = 300;

/** An organ of liver size: about 4 million voxels (1.5 L at 0.7 × 0.7 × 0.8 mm) with a surface that is not smooth. */
function organ(): Uint8Array {
  const labels = new Uint8Array(NX * NY * NZ);
  for (let k = 0; k < NZ; k++) {
    for (let j = 0; j < NY; j++) {
      for (let i = 0; i < NX; i++) {
        const [x, y, z] = [(i - 230) / 110, (j - 250) / 90, (k - 150) / 95];
        const bumps = 0.06 * Math.sin(i * 0.31 + k * 0.17) + 0.05 * Math.cos(j * 0.23 - k * 0.29);
        const rough = 0.02 * Math.sin(i * 1.7 + j * 2.3 + k * 1.1);
        if (x * x + y * y + z * z < 1 + bumps + rough) labels[i + NX * (j + NY * k)] = 1;
      }
    }
  }
  return labels;
}

describe('the size of masks', () => {
  it(
    'an organ in 512 × 512 × 300 costs at most 300 kB, and comes back as it was',
    { timeout: 60_000 },
    () => {
      const labels = organ();
      const packed = pack(encodeMask(labels));
      expect(packed.counts[1]).toBeGreaterThan(3_500_000);
      expect(packed.zipped.length).toBeLessThanOrEqual(300_000);
      expect(Buffer.compare(decodeMask(unpack(packed), labels.length), labels)).toBe(0);
      // A round brush of 25 voxels pulled over 120 voxels in one slice, and a ball of 21 voxels.
      for (const { name, stroke } of [
        { name: 'brush', stroke: brush(labels) },
        { name: 'ball', stroke: ball(labels) },
      ]) {
        expect(zstdCompressSync(stroke).length, name).toBeLessThanOrEqual(3_000);
      }
    },
  );
});

function brush(labels: Uint8Array): Uint8Array {
  const touched = new Set<number>();
  for (let step = 0; step <= 120; step++) {
    const [ci, cj] = [180 + step, 160 + Math.round(12 * Math.sin(step / 20))];
    for (let j = -12; j <= 12; j++) {
      for (let i = -12; i <= 12; i++) {
        if (i * i + j * j <= 150) touched.add(ci + i + NX * (cj + j + NY * 150));
      }
    }
  }
  return strokeOver(labels, touched);
}

function ball(labels: Uint8Array): Uint8Array {
  const touched = new Set<number>();
  for (let k = -10; k <= 10; k++) {
    for (let j = -10; j <= 10; j++) {
      for (let i = -10; i <= 10; i++) {
        if (i * i + j * j + k * k <= 105) touched.add(340 + i + NX * (250 + j + NY * (150 + k)));
      }
    }
  }
  return strokeOver(labels, touched);
}

function strokeOver(labels: Uint8Array, touched: Set<number>): Uint8Array {
  const indices = [...touched].sort((a, b) => a - b);
  const before = Uint8Array.from(indices, (v) => labels[v]);
  return encodePatch(indices, before, new Uint8Array(indices.length).fill(2));
}

describe('whole-mask work', () => {
  const blank = { voxels: 100, base: null, steps: [] };
  const step = (seq: number, from: number, to: number, before: number, after: number) => {
    const indices = Array.from({ length: to - from }, (_, n) => from + n);
    const of = (label: number) => new Uint8Array(indices.length).fill(label);
    const zipped = zstdCompressSync(encodePatch(indices, of(before), of(after)));
    return { seq, direction: 'do' as const, zipped };
  };

  it('replays steps on a base and names the one that does not fit', () => {
    const base = pack(encodeMask(new Uint8Array(100).fill(3, 0, 50)));
    const mask = composeMask({ voxels: 100, base, steps: [step(1, 40, 50, 3, 1)] });
    expect(mask.counts).toEqual({ 1: 10, 3: 40 });
    expect(() =>
      composeMask({ voxels: 100, base, steps: [step(1, 40, 50, 3, 1), step(2, 45, 55, 0, 1)] }),
    ).toThrow(/Step 2 /);
  });

  it('finds a base that is not what was stored', () => {
    const base = pack(encodeMask(new Uint8Array(100).fill(3, 0, 50)));
    const other = pack(encodeMask(new Uint8Array(100).fill(3, 0, 51)));
    expect(() => composeMask({ ...blank, base: { ...base, zipped: other.zipped } })).toThrow(/checksum/);
    expect(() => unpack({ ...base, zipped: base.zipped.slice(3) })).toThrow(/cannot be unpacked/);
  });

  it('says how a proposal differs from the mask', () => {
    const proposal = encodeMask(new Uint8Array(100).fill(1, 5, 20));
    const compared = compareWithProposal({ ...blank, steps: [step(1, 0, 10, 0, 1)] }, proposal);
    expect(compared.voxels).toBe(15);
    expect(compareWithProposal(blank, encodeMask(new Uint8Array(100))).patch).toHaveLength(0);
    expect(() => packChecked(proposal, 99)).toThrow(/100 voxels/);
  });
});
