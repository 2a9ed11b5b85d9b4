// The body's outline and everything that carries it: skin, fat, muscle, lungs and heart base, ribs and spine.
import type { PhantomCanvas, TubePoint } from './canvas.ts';
import { smoothNoise, type Draw } from './random.ts';
import { around, ellipsoid } from './shapes.ts';

/** Hounsfield units of a portal-venous CT. */
export const HU = {
  lung: -840,
  fat: -102,
  skin: -10,
  muscle: 58,
  liver: 110,
  spleen: 120,
  cortex: 190,
  medulla: 150,
  pancreas: 95,
  aorta: 160,
  vein: 165,
  bowelWall: 88,
  fluid: 14,
  gas: -930,
  disc: 82,
  cartilage: 135,
  cancellous: 215,
  cortical: 640,
} as const;

/** One patient's proportions. Distances in mm, LPS; z = 144 is the level of the pancreas body or nearly so. */
export interface Frame {
  /** Half widths of the body, and how much fat lies under the skin. */
  halfWidth: number;
  halfDepth: number;
  fat: number;
  /** z of the disc below T12. */
  spineLevel: number;
  /** Signed distance to the skin, to the muscles under its fat, and to the cavity within. */
  skin(x: number, y: number, z: number): number;
  wall(x: number, y: number, z: number): number;
  /** Skin and fat over the muscles, mm. */
  fatAt(x: number, y: number, z: number): number;
  cavity(x: number, y: number, z: number): number;
  /** Height of the diaphragm above a point. */
  diaphragm(x: number, y: number): number;
}

/** Couch top below the back. */
const COUCH = 16;

export function drawFrame(draw: Draw): Frame {
  const halfWidth = draw.between(144, 160);
  const halfDepth = draw.between(108, 119);
  const fat = draw.between(9, 22);
  const dome = draw.between(250, 262);
  const unevenness = smoothNoise(draw.seed(), 70);
  const skin = (x: number, y: number, z: number) => {
    const waist = 1 - 0.05 * Math.exp(-(((z - 95) / 55) ** 2)) + 0.006 * unevenness(x, y, z);
    const u = Math.abs(x) / (halfWidth * waist);
    const v = Math.abs(y) / (halfDepth * waist * (y > 0 ? 0.97 : 1));
    // A superellipse of exponent 2.5, between an ellipse and a box.
    const f = (u * u * Math.sqrt(u) + v * v * Math.sqrt(v)) ** 0.4;
    return f < 0.05 ? -halfDepth : Math.sqrt(x * x + y * y) * (1 - 1 / f);
  };
  const fatAt = (x: number, y: number, z: number) =>
    3 + fat * (0.72 + 0.45 * Math.abs(x / halfWidth) + 0.2 * unevenness(x + 300, y, z)) * (y > 70 ? 0.85 : 1);
  return {
    halfWidth,
    halfDepth,
    fat,
    spineLevel: draw.between(146, 156),
    skin,
    fatAt,
    wall: (x, y, z) => skin(x, y, z) + fatAt(x, y, z),
    cavity: (x, y, z) => skin(x, y, z) + fatAt(x, y, z) + wallThickness(x, y),
    diaphragm: (x, y) => {
      const side = -4 - 4 * Math.tanh(x / 30); // the right dome is the higher one
      const edge = (x / (halfWidth - 26)) ** 2 + ((y + 8) / (halfDepth - 22)) ** 2;
      return dome + side - 58 * edge ** 3;
    },
  };
}

/** Straight muscles beside a thin midline in front, flat ones at the flanks; mm. */
function wallThickness(x: number, y: number): number {
  if (y > 0) return 10;
  const side = Math.abs(x);
  return 9 + 3.5 * Math.exp(-(((side - 34) / 20) ** 2)) - 5 * Math.exp(-((side / 5) ** 2));
}

/** Couch, skin, subcutaneous fat, wall muscles, visceral fat; lungs, heart, and the long back muscles. */
export function paintBody(canvas: PhantomCanvas, frame: Frame, draw: Draw): void {
  const everywhere = around([0, 0, 144], 400);
  const streaks = smoothNoise(draw.seed(), 9);
  paintCouch(canvas, frame);
  const skin = canvas.field(everywhere, frame.skin);
  canvas.paint(skin, (x, y, z, d) => (d > -2.4 ? HU.skin : HU.fat + 6 * streaks(x, y, z)));
  const wall = { ...skin, values: skin.values.slice() };
  canvas.reshape(wall, (x, y, z, d) => d + frame.fatAt(x, y, z), 2);
  const cavity = { ...wall, values: wall.values.slice() };
  canvas.reshape(cavity, (x, y, _z, d) => d + wallThickness(x, y), 2);
  canvas.paint(wall, (x, y, z, d) => {
    if (d < -14) return HU.fat; // painted over by the cavity
    // Thin fat planes part the layers of the flank's muscles.
    const layer = Math.abs(x) > 62 && y < 70 && (Math.abs(d + 3.4) < 0.6 || Math.abs(d + 6.6) < 0.6);
    return layer ? 5 : HU.muscle + 8 * streaks(x, y, z);
  });
  canvas.paint(cavity, (x, y, z) => HU.fat + 8 + 10 * streaks(x, y, z));
  paintChest(canvas, frame, draw, cavity);
  paintBackMuscles(canvas, frame, streaks);
}

function paintCouch(canvas: PhantomCanvas, frame: Frame): void {
  const top = (x: number) => frame.halfDepth + COUCH - 0.0009 * x * x;
  const couch = canvas.field({ low: [-150, 60, -400], high: [150, 170, 700] }, (x, y) =>
    Math.max(Math.abs(y - top(x) - 9) - 9, Math.abs(x) - 145),
  );
  canvas.paint(couch, (_x, _y, _z, d) => (d > -3 ? 20 : -930));
}

function paintChest(
  canvas: PhantomCanvas,
  frame: Frame,
  draw: Draw,
  cavity: ReturnType<PhantomCanvas['field']>,
): void {
  const vessels = smoothNoise(draw.seed(), 11);
  const lungs = { ...cavity, values: cavity.values.slice() };
  canvas.reshape(lungs, (x, y, z, d) => Math.max(d + 1, 0.7 * (frame.diaphragm(x, y) - z)), 2);
  canvas.paint({ ...lungs, values: lungs.values.map((d) => d - 2.2) }, HU.muscle);
  canvas.paint(lungs, (x, y, z) => HU.lung + 40 * (y / 100) + (vessels(x, y, z) > 0.55 ? 500 : 0));
  const heart = ellipsoid({ centre: [22, -48, 296], radii: [62, 46, 46], axialTurn: -20, coronalTurn: 8 });
  const box = around([22, -48, 296], 75);
  const apex = canvas.field(box, (x, y, z) => Math.max(heart(x, y, z), frame.cavity(x, y, z) + 3));
  canvas.paint(apex, (_x, _y, _z, d) => (d > -3 ? HU.fat : d > -14 ? 118 : 158));
}

function paintBackMuscles(
  canvas: PhantomCanvas,
  frame: Frame,
  streaks: (x: number, y: number, z: number) => number,
): void {
  const depth = frame.halfDepth;
  for (const side of [-1, 1]) {
    const erector = canvas.field({ low: [-90, 40, -40], high: [90, 130, 330] }, (x, y, z) => {
      const [u, v] = [(side * x - 34) / 33, (y - (depth - 27)) / 19];
      const d = (Math.sqrt(u * u + v * v) - 1) * 20;
      return d > 2 ? d : Math.max(d, frame.wall(x, y, z) + 1);
    });
    canvas.paint(erector, (x, y, z) => HU.muscle + 3 + 26 * Math.min(0, streaks(x, y, z / 3) + 0.35));
    const psoas = canvas.field({ low: [-90, 10, -40], high: [90, 100, 175] }, (x, y, z) => {
      const size = 7 + 17 * Math.min(1, Math.max(0, (168 - z) / 110));
      const [u, v] = [(side * x - 31 - 0.55 * size) / size, (y - 52) / (size * 1.15)];
      return (Math.hypot(u, v) - 1) * size;
    });
    canvas.paint(psoas, (x, y, z) => HU.muscle + 5 + 6 * streaks(x, y, z));
    const quadratus = canvas.field({ low: [-110, 40, -40], high: [110, 110, 140] }, (x, y, z) => {
      const [u, v] = [(side * x - 64) / 20, (y - 72 + 0.25 * (side * x - 64)) / 8];
      return Math.max((Math.hypot(u, v) - 1) * 9, z - 135);
    });
    canvas.paint(quadratus, (x, y, z) => HU.muscle + 6 * streaks(x, y, z));
  }
}

/** A shell of hard bone around spongy bone. */
function boneShade(sponge: (x: number, y: number, z: number) => number, shell: number) {
  return (x: number, y: number, z: number, d: number) =>
    d > -shell ? HU.cortical - 120 + 60 * sponge(x, y, z) : HU.cancellous + 45 * sponge(x, y, z);
}

const VERTEBRA = 34;

/** Vertebral bodies with end plates and discs, canal, arches and processes. */
export function paintSpine(canvas: PhantomCanvas, frame: Frame, draw: Draw): void {
  const sponge = smoothNoise(draw.seed(), 4);
  const bone = boneShade(sponge, 1.8);
  const lordosis = (z: number) => 46 + 5 * Math.cos((z - 60) / 75);
  const levelOf = (z: number) => (((z - frame.spineLevel) % VERTEBRA) + VERTEBRA) % VERTEBRA;
  const bodies = canvas.field({ low: [-40, 10, -60], high: [40, 85, 350] }, (x, y, z) => {
    const fromMiddle = Math.abs(levelOf(z) - VERTEBRA / 2) / (VERTEBRA / 2);
    const size = 0.9 + 0.1 * fromMiddle ** 2 - 0.0007 * (z - 144);
    const [u, v] = [x / (24 * size), (y - lordosis(z)) / (17.5 * size)];
    const front = (Math.sqrt(u * u + v * v) - 1) * 18 * size;
    // The back of a body is hollowed by the canal.
    return Math.max(front, 10 - Math.hypot(x, y - lordosis(z) - 24));
  });
  for (let z = frame.spineLevel - 6 * VERTEBRA; z < 340; z += VERTEBRA) {
    paintArch(canvas, frame, z + VERTEBRA / 2, lordosis(z + VERTEBRA / 2), bone, z < frame.spineLevel - 1);
  }
  canvas.paint(bodies, (x, y, z, d) => {
    const gap = Math.min(levelOf(z), VERTEBRA - levelOf(z));
    if (gap < 3.6) return HU.disc + (d < -6 ? 10 : 0);
    if (gap < 5.2) return 520;
    return bone(x, y, z, d);
  });
  const canal = canvas.field({ low: [-12, 50, -60], high: [12, 95, 350] }, (x, y, z) => {
    return Math.hypot(x / 1.15, y - lordosis(z) - 24) - 8;
  });
  canvas.paint(canal, (_x, _y, _z, d) => (d < -2.2 ? 36 : -30));
}

function paintArch(
  canvas: PhantomCanvas,
  frame: Frame,
  z: number,
  y: number,
  bone: ReturnType<typeof boneShade>,
  lumbar: boolean,
): void {
  const spine: TubePoint[] = [
    [0, y + 36, z - 2, 3.2],
    [0, y + 46, z - 8, 3],
    [0, y + 56, z - 13, 4],
  ];
  const parts: TubePoint[][] = [spine];
  for (const side of [-1, 1]) {
    parts.push([
      [side * 14, y + 10, z + 5, 4.6],
      [side * 15, y + 22, z + 4, 4.6],
      [side * 13, y + 30, z, 4.4],
      [0, y + 37, z - 3, 3.2],
    ]);
    const reach = lumbar ? 42 : 32;
    parts.push([
      [side * 15, y + 23, z + 4, 4],
      [side * reach, y + 27, z + 6, 2.8],
    ]);
    parts.push([
      [side * 17, y + 28, z - 14, 5],
      [side * 16, y + 27, z + 12, 5],
    ]);
  }
  for (const part of parts) {
    const inside = canvas.reshape(
      canvas.tube(part),
      (px, py, pz, d) => Math.max(d, frame.wall(px, py, pz)),
      3,
    );
    canvas.paint(inside, bone);
  }
}

/** Ribs 6 to 12 of both sides, falling as they come forward, with cartilage at their ends. */
export function paintRibs(canvas: PhantomCanvas, frame: Frame, draw: Draw): void {
  const bone = boneShade(smoothNoise(draw.seed(), 4), 1.5);
  const lastAngles = [146, 146, 144, 140, 134, 100, 68];
  lastAngles.forEach((lastAngle, n) => {
    const head = frame.spineLevel + VERTEBRA * (6.6 - n);
    for (const side of [-1, 1]) {
      const rib = ribLine(frame, side, head, lastAngle);
      canvas.paint(canvas.tube([[side * 27, 66, head + 4, 4.2], ...rib], 0.8), bone);
      if (n > 4) continue;
      const last = rib[rib.length - 1];
      const cartilage: TubePoint[] = [last, [0.72 * last[0], last[1] - 6, last[2] + 16, 4.6]];
      canvas.paint(
        canvas.tube([...cartilage, [0.4 * last[0], last[1] - 8, last[2] + 44, 4.6]]),
        HU.cartilage,
      );
    }
  });
}

/** Points in the middle of the wall, `to`° round from the back, every 4°. */
function ribLine(frame: Frame, side: number, head: number, to: number): TubePoint[] {
  const points: TubePoint[] = [];
  for (let angle = 14; angle <= to; angle += 4) {
    const radians = (angle * Math.PI) / 180;
    const z = head - 0.82 * angle - 22 * Math.sin(radians);
    const [dx, dy] = [side * Math.sin(radians), Math.cos(radians)];
    let distance = 60;
    for (let step = 0; step < 14; step++) distance -= frame.wall(dx * distance, dy * distance, z) + 5;
    points.push([dx * distance, dy * distance, z, 4.1]);
  }
  return points;
}
