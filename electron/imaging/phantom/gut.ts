// Stomach, duodenum and bowel, and the pancreas that lies among them.
import type { Triple } from '../../contract/geometry.ts';
import { HU, type Frame } from './body.ts';
import type { PhantomCanvas, TubePoint } from './canvas.ts';
import { CONFLUENCE, PHANTOM_LABELS } from './organs.ts';
import { smoothNoise, type Draw } from './random.ts';
import { smoothLine } from './shapes.ts';

/** Wall, fluid below and gas above (the patient lies on the back, so gas rises towards −y). */
function hollow(
  wall: number,
  gasAbove: (z: number) => number,
  content: (x: number, y: number, z: number) => number,
) {
  return (x: number, y: number, z: number, d: number) => {
    if (d > -wall) return HU.bowelWall;
    return y < gasAbove(z) ? HU.gas : content(x, y, z);
  };
}

export function paintStomach(canvas: PhantomCanvas, frame: Frame, draw: Draw): void {
  const fullness = draw.between(0.85, 1.12);
  const line = smoothLine([
    [52, 8, 246, 22 * fullness],
    [66, 4, 226, 34 * fullness],
    [66, -18, 198, 31 * fullness],
    [52, -46, 172, 25 * fullness],
    [20, -60, 156, 20 * fullness],
    [-10, -54, 155, 16 * fullness],
    [-34, -38, 160, 10],
  ]);
  const folds = smoothNoise(draw.seed(), 12);
  const food = smoothNoise(draw.seed(), 9);
  const stomach = canvas.reshape(
    canvas.tube(line),
    (x, y, z, d) =>
      Math.max(d + 1.6 * folds(x, y, z), frame.cavity(x, y, z) + 2.5, 0.7 * (z - frame.diaphragm(x, y) + 2)),
    10,
  );
  const level = draw.between(-52, -36);
  const shade = hollow(
    4.2,
    () => level,
    (x, y, z) => HU.fluid + 8 + 9 * food(x, y, z),
  );
  canvas.paint({ ...stomach, values: stomach.values.map((d) => d - 2) }, HU.fat);
  canvas.paint(stomach, shade);
}

/** The C around the head of the pancreas, then across to the left behind the mesenteric vessels. */
export function paintDuodenum(canvas: PhantomCanvas, draw: Draw): void {
  const low = draw.between(-5, 5);
  const line = smoothLine([
    [-36, -36, 160, 10],
    [-54, -22, 154, 11.5],
    [-62, -2, 140, 12],
    [-60, 4, 116, 12],
    [-46, 6, 97 + low, 11.5],
    [-20, 4, 92 + low, 10],
    [8, 0, 94 + low, 9.5],
    [32, 2, 106, 10],
    [40, -8, 126, 10],
  ]);
  const gas = draw.between(-34, -26);
  const content = smoothNoise(draw.seed(), 7);
  const duodenum = canvas.tube(line);
  canvas.paint(duodenum, (x, y, z, d) => {
    if (d > -3) return HU.bowelWall + 6;
    return y < gas && x < -40 ? HU.gas : 30 + 22 * content(x, y, z);
  });
}

/** Small bowel as wandering tubes in the lower abdomen, then the colon around it. */
export function paintBowel(canvas: PhantomCanvas, frame: Frame, draw: Draw): void {
  const content = smoothNoise(draw.seed(), 8);
  paintMesentery(canvas, draw);
  for (let loop = 0; loop < 20; loop++) {
    // The first loops are jejunum: high on the left, with a feathery, brighter wall.
    const jejunal = loop < 7;
    let at: Triple = jejunal
      ? [draw.between(25, 85), draw.between(-70, -20), draw.between(75, 135)]
      : [draw.between(-75, 80), draw.between(-82, -14), draw.between(-40, 90)];
    let heading = draw.between(0, 6.28);
    const points: TubePoint[] = [];
    for (let step = 0; step < 8; step++) {
      points.push([...at, draw.between(9.5, 12.5)]);
      heading += draw.between(-1.4, 1.4);
      at = [
        Math.min(88, Math.max(jejunal ? 15 : -82, at[0] + 22 * Math.cos(heading))),
        Math.min(-8, Math.max(-84, at[1] + 18 * Math.sin(heading))),
        Math.min(jejunal ? 138 : 96, Math.max(-40, at[2] + draw.between(-14, 14))),
      ];
    }
    const gas = draw.between(-90, -60);
    const tube = canvas.reshape(
      canvas.tube(smoothLine(points, 4)),
      (x, y, z, d) => Math.max(d, frame.cavity(x, y, z) + 4),
      4,
    );
    canvas.paint({ ...tube, values: tube.values.map((d) => d - 1.2) }, HU.fat + 6);
    const inside = hollow(
      2.8,
      () => gas,
      (x, y, z) => 24 + 30 * content(x, y, z),
    );
    const wall = HU.bowelWall + (jejunal ? 30 : 10);
    const feathers = jejunal ? 34 : 0;
    canvas.paint(tube, (x, y, z, d) =>
      d > -2.6 ? wall : inside(x, y, z, d) + feathers * (content(2 * x, 2 * y, 2 * z) + 0.6),
    );
  }
  paintColon(canvas, frame, draw);
}

/** Branches of the mesenteric vessels fanning out into the fat. */
function paintMesentery(canvas: PhantomCanvas, draw: Draw): void {
  for (let branch = 0; branch < 16; branch++) {
    const z = draw.between(20, 120);
    const end: Triple = [draw.between(-75, 85), draw.between(-70, -25), z - draw.between(10, 60)];
    const middle: Triple = [0.45 * end[0], -28 + draw.between(-8, 8), z - 12];
    const line = smoothLine([
      [-3, -14, z, 2],
      [...middle, 1.7],
      [...end, 1.1],
    ]);
    canvas.paint(canvas.tube(line), branch % 2 ? HU.vein - 30 : HU.aorta - 30);
  }
}

function paintColon(canvas: PhantomCanvas, frame: Frame, draw: Draw): void {
  const sag = draw.between(-12, 10);
  const width = frame.halfWidth - frame.fat - 42;
  const line = smoothLine([
    [-width + 4, 0, -40, 22],
    [-width, 6, 40, 21],
    [-width + 2, -2, 92, 20],
    [-width + 18, -38, 112, 17],
    [-44, -68, 104 + sag, 17],
    [0, -76, 96 + sag, 16],
    [44, -70, 112 + sag / 2, 16],
    [84, -40, 140, 16],
    [width + 2, -2, 160, 15],
    [width + 6, 20, 130, 14],
    [width + 4, 26, 60, 13.5],
    [width, 24, -40, 13],
  ]);
  const haustra = smoothNoise(draw.seed(), 15);
  const stool = smoothNoise(draw.seed(), 6);
  const colon = canvas.reshape(
    canvas.tube(line),
    (x, y, z, d) => Math.max(d + 2.6 * haustra(x, y, z), frame.cavity(x, y, z) + 3),
    8,
  );
  canvas.paint({ ...colon, values: colon.values.map((d) => d - 1.5) }, HU.fat + 4);
  canvas.paint(colon, (x, y, z, d) => {
    if (d > -2.6) return HU.bowelWall - 20;
    if (y < -64 + 6 * haustra(z, x, 0)) return HU.gas;
    const lump = stool(x, y, z);
    return lump > 0.5 ? -420 : 20 + 45 * lump;
  });
}

/**
 * The pancreas: head in the bend of the duodenum with its uncinate process, a narrow neck before the portal
 * confluence, a body arching over aorta and spine, a tail rising back to the spleen. Returns its centre line.
 */
export function paintPancreas(canvas: PhantomCanvas, draw: Draw): TubePoint[] {
  const thick = draw.between(0.84, 1.2);
  const lift = draw.between(-8, 6);
  const wobble = (reach: number) => draw.between(-reach, reach);
  const [cx, cy, cz] = CONFLUENCE;
  const control: TubePoint[] = [
    [-39 + wobble(2), 0 + wobble(2), 116, 8 * thick],
    [-39 + wobble(2), -5 + wobble(2), 128, 13.5 * thick],
    [-32, -13, 140, 13 * thick],
    [cx - 3, cy - 14, cz - 1, 8.6 * thick],
    [8 + wobble(2), -22 + wobble(2), 155 + 0.3 * lift, 9.8 * thick],
    [30 + wobble(3), -16 + wobble(2), 162 + 0.6 * lift, 10.6 * thick],
    [54 + wobble(3), 0 + wobble(3), 172 + lift, 10 * thick],
    [74 + wobble(3), 13 + wobble(2), 182 + lift, 9.2 * thick],
    [90, 20, 190 + lift, 6 * thick],
  ];
  const line = smoothLine(control, 6);
  const lobules = smoothNoise(draw.seed(), 8.5);
  const clefts = smoothNoise(draw.seed(), 5);
  const body = canvas.tube(line, 0.82);
  const uncinate = canvas.tube([
    [-32, 0, 120, 9.5 * thick],
    [-16, 2, 118, 6 * thick],
  ]);
  const shaped = (field: typeof body) =>
    canvas.reshape(field, (x, y, z, d) => d + 1.9 * lobules(x, y, z) + 0.7 * clefts(x, y, z), 8);
  shaped(body);
  shaped(uncinate);
  for (const field of [body, uncinate]) {
    canvas.paint({ ...field, values: field.values.map((d) => d - 2.4) }, HU.fat + 4);
  }
  const shade = (x: number, y: number, z: number, d: number) =>
    HU.pancreas + 5 * lobules(x + 50, y, z) - (d > -5 && clefts(x, y, z) > 0.5 ? 55 : 0);
  canvas.paint(uncinate, shade, PHANTOM_LABELS.pancreas);
  canvas.paint(body, shade, PHANTOM_LABELS.pancreas);
  const duct = canvas.tube(line.slice(8, -6).map((p): TubePoint => [p[0], p[1], p[2], 0.9]));
  canvas.paint(duct, 45, PHANTOM_LABELS.pancreas);
  return line;
}
