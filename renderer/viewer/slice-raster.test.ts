// Slices into pixels, against the same done the slow way voxel by voxel.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelEdges } from './label-edges.ts';
import { PLANE_AXES, PLANES, type Plane } from './slice-geometry.ts';
import {
  colourWord,
  drawLabels,
  drawSlice,
  walkOf,
  WindowTable,
  type PixelBox,
  type Walk,
} from './slice-raster.ts';
import type { VoxelArray } from './volume-data.ts';

const SHAPE = [7, 6, 5] as [number, number, number];
const COUNT = 210;
const grid = { shape: SHAPE };
const plane = fc.constantFrom(...PLANES);

/** The voxel at screen position (a, d) of a slice, straight from the definition of the planes. */
function voxelIndex(of: Plane, slice: number, a: number, d: number): number {
  const { through, across, down, upward } = PLANE_AXES[of];
  const voxel = [0, 0, 0];
  voxel[through] = slice;
  voxel[across] = a;
  voxel[down] = upward ? SHAPE[down] - 1 - d : d;
  return voxel[0] + SHAPE[0] * (voxel[1] + SHAPE[1] * voxel[2]);
}

function naiveGrey(value: number, window: { width: number; level: number }): number {
  if (Number.isNaN(value)) return 0xff000000;
  const g = Math.round(
    Math.min(255, Math.max(0, ((value - (window.level - window.width / 2)) / window.width) * 255)),
  );
  return (0xff000000 | (g << 16) | (g << 8) | g) >>> 0;
}

const kinds: Record<string, (seed: number) => VoxelArray> = {
  Int16Array: (seed) => Int16Array.from({ length: COUNT }, (_, n) => ((n * 7919 + seed) % 4000) - 1500),
  Uint16Array: (seed) => Uint16Array.from({ length: COUNT }, (_, n) => (n * 7919 + seed) % 65536),
  Uint8Array: (seed) => Uint8Array.from({ length: COUNT }, (_, n) => (n * 7919 + seed) % 256),
  Float32Array: (seed) =>
    Float32Array.from({ length: COUNT }, (_, n) => (n % 11 === 0 ? NaN : ((n * 7919 + seed) % 977) / 400)),
};

describe('a slice seen through a window', () => {
  for (const [name, make] of Object.entries(kinds)) {
    it(`is what ${name} holds, within one grey of rounding`, () => {
      const tables = new WindowTable();
      fc.assert(
        fc.property(plane, fc.nat(999), fc.nat(9), (of, seed, where) => {
          const voxels = make(seed);
          const window =
            name === 'Float32Array' ? { width: 1.3, level: 0.9 } : { width: 300 + seed, level: 40 };
          const slice = where % SHAPE[PLANE_AXES[of].through];
          const walk = walkOf(grid, of, slice);
          const pixels = new Uint32Array(walk.across * walk.down);
          drawSlice(voxels, walk, window, tables, pixels);
          for (let d = 0; d < walk.down; d++)
            for (let a = 0; a < walk.across; a++) {
              const got = pixels[a + d * walk.across];
              const want = naiveGrey(voxels[voxelIndex(of, slice, a, d)], window);
              expect(got >>> 24).toBe(255);
              expect(got & 255).toBe((got >> 8) & 255);
              expect(Math.abs((got & 255) - (want & 255))).toBeLessThanOrEqual(1);
            }
        }),
        { numRuns: 30 },
      );
    });
  }

  it('does not mix up the tables of two windows or two types', () => {
    const tables = new WindowTable();
    const pixels = new Uint32Array(42);
    const walk = walkOf(grid, 'axial', 0);
    const draw = (voxels: VoxelArray, level: number) => {
      drawSlice(voxels, walk, { width: 100, level }, tables, pixels);
      return pixels[0] & 255;
    };
    expect(draw(new Int16Array(COUNT).fill(50), 50)).toBeOneOf([127, 128]);
    expect(draw(new Int16Array(COUNT).fill(50), 0)).toBe(255);
    expect(draw(new Uint8Array(COUNT).fill(50), 50)).toBeOneOf([127, 128]);
    expect(draw(new Uint16Array(COUNT).fill(60_000), 60_000)).toBeOneOf([127, 128]);
    expect(draw(new Int16Array(COUNT).fill(-32_768), 50)).toBe(0);
  });

  it('shows infinities as black and white, and a number that is none as black', () => {
    const voxels = new Float32Array(COUNT);
    voxels.set([NaN, -Infinity, Infinity]);
    const pixels = new Uint32Array(42);
    drawSlice(voxels, walkOf(grid, 'axial', 0), { width: 2, level: 0 }, new WindowTable(), pixels);
    expect([...pixels.slice(0, 3)].map((word) => word & 255)).toEqual([0, 0, 255]);
  });
});

/** Label 3 is hidden. */
const keep = new Uint8Array(256);
keep.set([0, 1, 2]);
const labelsArbitrary = fc.uint8Array({ minLength: COUNT, maxLength: COUNT, max: 3 });

describe('labels', () => {
  it('are painted with their colours, inside the box alone', () => {
    const palette = new Uint32Array(256).map((_, n) => n * 0x01010101);
    fc.assert(
      fc.property(plane, labelsArbitrary, (of, labels) => {
        const walk = walkOf(grid, of, 2);
        const pixels = new Uint32Array(walk.across * walk.down).fill(77);
        const kept = new Uint8Array(pixels.length).fill(9);
        const box = { a0: 1, d0: 2, a1: walk.across - 2, d1: walk.down - 2 };
        const bounds = drawLabels(labels, walk, palette, keep, pixels, kept, box);
        const [as, ds] = [[], []] as number[][];
        pixels.forEach((word, n) => {
          const [a, d] = [n % walk.across, Math.floor(n / walk.across)];
          const inside = a >= box.a0 && a <= box.a1 && d >= box.d0 && d <= box.d1;
          const label = labels[voxelIndex(of, 2, a, d)];
          expect(word).toBe(inside ? palette[label] : 77);
          expect(kept[n]).toBe(inside ? (label === 3 ? 0 : label) : 9);
          if (!inside || kept[n] === 0) return;
          as.push(a);
          ds.push(d);
        });
        expect(bounds).toEqual(
          as.length === 0
            ? null
            : { a0: Math.min(...as), d0: Math.min(...ds), a1: Math.max(...as), d1: Math.max(...ds) },
        );
      }),
      { numRuns: 30 },
    );
  });

  it('turn into RGBA words', () => {
    expect(colourWord('#0a1b2c', 0.5).toString(16)).toBe('802c1b0a');
    expect(colourWord('#ffffff', 1)).toBe(0xffffffff);
  });
});

describe('edges of labels', () => {
  /** Every unit side with the label it belongs to, as text. */
  function naiveSides(of: Plane, labels: Uint8Array, slice: number): string[] {
    const walk = walkOf(grid, of, slice);
    const at = (a: number, d: number) => {
      if (a < 0 || d < 0 || a >= walk.across || d >= walk.down) return 0;
      return keep[labels[voxelIndex(of, slice, a, d)]];
    };
    const sides: string[] = [];
    for (let d = 0; d < walk.down; d++)
      for (let a = 0; a < walk.across; a++) {
        const label = at(a, d);
        if (label === 0) continue;
        if (at(a, d - 1) !== label) sides.push(`${label}: ${a},${d}-${a + 1},${d}`);
        if (at(a, d + 1) !== label) sides.push(`${label}: ${a},${d + 1}-${a + 1},${d + 1}`);
        if (at(a - 1, d) !== label) sides.push(`${label}: ${a},${d}-${a},${d + 1}`);
        if (at(a + 1, d) !== label) sides.push(`${label}: ${a + 1},${d}-${a + 1},${d + 1}`);
      }
    return sides.sort();
  }
  /** As the painter does: labels out of the volume, then the lines that touch the box. */
  class Edges extends LabelEdges {
    readonly walk: Walk;
    readonly whole: PixelBox;
    private readonly kept: Uint8Array;
    constructor(of: Plane, slice: number) {
      const walk = walkOf(grid, of, slice);
      super(walk.across, walk.down);
      this.walk = walk;
      this.whole = { a0: 0, d0: 0, a1: walk.across - 1, d1: walk.down - 1 };
      this.kept = new Uint8Array(walk.across * walk.down);
    }
    renew(labels: Uint8Array, box = this.whole): this {
      const pixels = new Uint32Array(this.kept.length);
      const bounds = drawLabels(labels, this.walk, new Uint32Array(256), keep, pixels, this.kept, box);
      this.update(this.kept, box, box === this.whole ? bounds : this.whole);
      return this;
    }
  }
  function sidesOf(edges: LabelEdges): string[] {
    const sides: string[] = [];
    edges.forEach((label, a0, d0, a1, d1) => {
      expect(a1 - a0 + (d1 - d0)).toBeGreaterThan(0);
      for (let a = a0; a < a1; a++) sides.push(`${label}: ${a},${d0}-${a + 1},${d0}`);
      for (let d = d0; d < d1; d++) sides.push(`${label}: ${a0},${d}-${a0},${d + 1}`);
    });
    return sides.sort();
  }

  it('are every side between a label and anything else, once', () => {
    fc.assert(
      fc.property(plane, labelsArbitrary, (of, labels) => {
        const edges = new Edges(of, 1).renew(labels);
        expect(sidesOf(edges)).toEqual(naiveSides(of, labels, 1));
        expect(sidesOf(edges.renew(labels.fill(3, 20, 190)))).toEqual(naiveSides(of, labels, 1));
      }),
    );
  });

  it('are right again after a renewal of the changed box alone', () => {
    const corner = fc.tuple(fc.nat(4), fc.nat(4), fc.nat(2), fc.nat(2), fc.nat(3));
    fc.assert(
      fc.property(plane, labelsArbitrary, fc.array(corner, { maxLength: 5 }), (of, labels, boxes) => {
        const edges = new Edges(of, 1).renew(labels);
        const { walk } = edges;
        for (const [a, d, wide, high, label] of boxes) {
          const box = {
            a0: Math.min(a, walk.across - 1),
            d0: Math.min(d, walk.down - 1),
            a1: Math.min(a + wide, walk.across - 1),
            d1: Math.min(d + high, walk.down - 1),
          };
          for (let y = box.d0; y <= box.d1; y++)
            for (let x = box.a0; x <= box.a1; x++) labels[voxelIndex(of, 1, x, y)] = label;
          edges.renew(labels, box);
        }
        expect(sidesOf(edges)).toEqual(naiveSides(of, labels, 1));
      }),
    );
  });

  it('joins straight sides into one run', () => {
    const labels = new Uint8Array(COUNT);
    for (let j = 1; j < 5; j++) labels.fill(1, 7 * j + 1, 7 * j + 5);
    const edges = new Edges('axial', 0).renew(labels);
    let runs = 0;
    edges.forEach(() => runs++);
    expect(runs).toBe(4);
  });
});
