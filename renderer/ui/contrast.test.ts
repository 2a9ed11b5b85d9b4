// Colours of the page: WCAG 2.2 AA contrast of every pair in use, and structures told apart by colour-blind readers.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { READER_COLOURS, STRUCTURE_COLOURS } from '../../electron/contract/identity.ts';
import { CHANGE_COLOURS } from '../viewer/overlay-style.ts';

type Rgb = [number, number, number];

function tokensOf(css: string): Map<string, string> {
  return new Map(
    [...css.matchAll(/--([\w-]+):\s*(#[0-9a-f]{3,6});/gi)].map(([, name, value]) => [name, value]),
  );
}
const read = (file: string) => readFileSync(fileURLToPath(new URL(file, import.meta.url)), 'utf8');
const screen = tokensOf(read('tokens.css'));
const paper = new Map([...screen, ...tokensOf(read('base.css').split('@media print')[1])]);

/** sRGB to linear light, 0…1. */
function linear(hex: string): Rgb {
  const full = hex.length === 4 ? hex.replaceAll(/[0-9a-f]/gi, '$&$&') : hex;
  return [1, 3, 5].map((at) => {
    const v = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
}
const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
function contrast(one: string, two: string): number {
  const [a, b] = [luminance(linear(one)), luminance(linear(two))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Text and what it stands on: 4.5 to 1 (WCAG 1.4.3). */
const TEXT: [string, string[]][] = [
  ['text', ['view', 'page', 'panel', 'raised', 'hover', 'accent-surface', 'good-surface', 'warn-surface', 'bad-surface']],
  ['dim', ['view', 'page', 'panel', 'raised', 'hover', 'accent-surface']],
  ['accent', ['page', 'panel', 'raised', 'accent-surface']],
  ['on-accent', ['accent']],
  ['good', ['page', 'panel', 'raised', 'good-surface']],
  ['warn', ['page', 'panel', 'raised', 'warn-surface']],
  ['bad', ['page', 'panel', 'raised', 'bad-surface']],
]; // prettier-ignore
/** Lines that carry meaning: 3 to 1 (WCAG 1.4.11). */
const LINES: [string, string[]][] = [
  ['edge', ['page', 'panel']],
  ['accent', ['view', 'page', 'panel', 'raised', 'hover']],
];

const pairs = (list: [string, string[]][]) =>
  list.flatMap(([front, backs]) => backs.map((back) => [front, back] as const));

describe('contrast on the screen', () => {
  it.each(pairs(TEXT))('%s on %s can be read', (front, back) => {
    expect(contrast(screen.get(front)!, screen.get(back)!)).toBeGreaterThanOrEqual(4.5);
  });
  it.each(pairs(LINES))('%s against %s can be seen', (front, back) => {
    expect(contrast(screen.get(front)!, screen.get(back)!)).toBeGreaterThanOrEqual(3);
  });
  it('structures, readers and changes stand out from black', () => {
    for (const colour of [...STRUCTURE_COLOURS, ...READER_COLOURS, ...Object.values(CHANGE_COLOURS)]) {
      expect(contrast(colour, '#000000'), colour).toBeGreaterThanOrEqual(3);
    }
  });
});

describe('contrast on paper', () => {
  it.each(pairs([
    ['text', ['page', 'panel', 'raised']],
    ['dim', ['page', 'panel', 'raised']],
    ['accent', ['page', 'panel']],
  ]))('%s on %s can be read', (front, back) => {
    expect(contrast(paper.get(front)!, paper.get(back)!)).toBeGreaterThanOrEqual(4.5);
  }); // prettier-ignore
});

/** What a dichromat sees, in linear light: Viénot, Brettel and Mollon 1999 (protan, deutan); tritan by Machado et al. 2009. */
const SIGHT: Record<string, Rgb[]> = {
  'all cones': [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
  deuteranopia: [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}; // prettier-ignore

/** OKLab (Ottosson 2020) of linear sRGB. */
function oklab([r, g, b]: Rgb): Rgb {
  const l = Math.cbrt(Math.max(0, 0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b));
  const m = Math.cbrt(Math.max(0, 0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b));
  const s = Math.cbrt(Math.max(0, 0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b));
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
function seen(hex: string, sight: Rgb[]): Rgb {
  const light = linear(hex);
  return oklab(
    sight.map((row) =>
      Math.max(
        0,
        row.reduce((sum, v, n) => sum + v * light[n], 0),
      ),
    ) as Rgb,
  );
}
function leastDistance(colours: readonly string[], sight: Rgb[]): number {
  const labs = colours.map((colour) => seen(colour, sight));
  const distances = labs.flatMap((a, n) =>
    labs.slice(n + 1).map((b) => Math.hypot(...a.map((v, axis) => v - b[axis]))),
  );
  return Math.min(...distances);
}

describe('structures are told apart', () => {
  // 0.02 is about a just noticeable difference in OKLab.
  it.each(Object.keys(SIGHT))('with %s', (sight) => {
    expect(leastDistance(STRUCTURE_COLOURS, SIGHT[sight])).toBeGreaterThan(0.05);
    expect(leastDistance(Object.values(CHANGE_COLOURS), SIGHT[sight])).toBeGreaterThan(0.1);
  });
  it('and a palette of red and green would fail this test', () => {
    expect(leastDistance(['#b32d2d', '#5f6b1e'], SIGHT['deuteranopia'])).toBeLessThan(0.05);
  });
});
