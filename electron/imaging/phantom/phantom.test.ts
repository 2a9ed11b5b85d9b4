// The phantom: the same from the same seed, another patient from another, organs with the density and size they have.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PHANTOM_LABELS } from './organs.ts';
import { makePhantom, type Phantom } from './phantom.ts';
import { mulberry32 } from './random.ts';

const phantom = makePhantom(7);
const hash = (p: Phantom) =>
  createHash('sha256').update(new Uint8Array(p.volume.voxels.buffer)).update(p.truth).digest('hex');

function mediansAndVolumes({ volume, truth }: Phantom): Record<string, { hu: number; millilitres: number }> {
  const [sx, sy, sz] = volume.grid.spacing;
  return Object.fromEntries(
    Object.entries(PHANTOM_LABELS).map(([name, label]) => {
      const values = (volume.voxels as Int16Array).filter((_, n) => truth[n] === label).sort();
      return [name, { hu: values[values.length >> 1], millilitres: (values.length * sx * sy * sz) / 1000 }];
    }),
  );
}

/** Sizes of the connected pieces (6 neighbours) of a label, largest first. */
function pieces({ volume, truth }: Phantom, label: number): number[] {
  const [nx, ny] = volume.grid.shape;
  const seen = new Uint8Array(truth.length);
  const sizes: number[] = [];
  for (let first = 0; first < truth.length; first++) {
    if (truth[first] !== label || seen[first]) continue;
    const stack = [first];
    seen[first] = 1;
    let size = 0;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      size++;
      for (const next of [at - 1, at + 1, at - nx, at + nx, at - nx * ny, at + nx * ny]) {
        if (truth[next] !== label || seen[next]) continue;
        seen[next] = 1;
        stack.push(next);
      }
    }
    sizes.push(size);
  }
  return sizes.sort((a, b) => b - a);
}

describe('phantom', () => {
  it('is the same from the same seed and another patient from another', () => {
    const tiny = {
      shape: [40, 40, 20] as [number, number, number],
      spacing: [8, 8, 14] as [number, number, number],
    };
    expect(hash(makePhantom(3, tiny))).toBe(hash(makePhantom(3, tiny)));
    expect(hash(makePhantom(4, tiny))).not.toBe(hash(makePhantom(3, tiny)));
  });

  it('draws mulberry32', () => {
    // The first numbers of the published generator for seed 1.
    const next = mulberry32(1);
    expect([next(), next(), next()]).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
  });

  it('has organs as dense and as large as organs are', () => {
    // Median HU; smallest and largest volume in mL.
    const expected: Record<string, [number, number, number]> = {
      pancreas: [90, 45, 140],
      liver: [110, 1000, 1800],
      spleen: [118, 90, 350],
      kidneys: [175, 180, 380],
      aorta: [155, 60, 130],
    };
    for (const [name, { hu, millilitres }] of Object.entries(mediansAndVolumes(phantom))) {
      const [density, least, most] = expected[name];
      expect(Math.abs(hu - density), `${name} HU ${hu}`).toBeLessThan(12);
      expect(millilitres, name).toBeGreaterThan(least);
      expect(millilitres, name).toBeLessThan(most);
    }
  });

  it('has one pancreas, two kidneys and one aorta, and air, fat and bone around them', () => {
    const [pancreas, ...crumbs] = pieces(phantom, PHANTOM_LABELS.pancreas);
    expect(crumbs.reduce((sum, n) => sum + n, 0)).toBeLessThan(0.02 * pancreas);
    const [right, left, ...rest] = pieces(phantom, PHANTOM_LABELS.kidneys);
    expect(left).toBeGreaterThan(0.6 * right);
    expect(rest.reduce((sum, n) => sum + n, 0)).toBeLessThan(0.02 * left);
    expect(pieces(phantom, PHANTOM_LABELS.aorta)[0]).toBeGreaterThan(1000);
    const share = (low: number, high: number) =>
      (phantom.volume.voxels as Int16Array).reduce((n, v) => n + Number(v >= low && v < high), 0) /
      phantom.truth.length;
    expect(share(-1024, -900)).toBeGreaterThan(0.2);
    expect(share(-150, -50)).toBeGreaterThan(0.08);
    expect(share(250, 1200)).toBeGreaterThan(0.005);
    expect(share(250, 1200)).toBeLessThan(0.05);
  });
});
