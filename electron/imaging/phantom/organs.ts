// The organs of the upper abdomen: liver, spleen, kidneys, stomach, duodenum, vessels and the pancreas.
import type { Triple } from '../../contract/geometry.ts';
import { HU, type Frame } from './body.ts';
import type { PhantomCanvas, TubePoint } from './canvas.ts';
import { smoothNoise, type Draw } from './random.ts';
import { around, ellipsoid, smoothLine, smoothUnion } from './shapes.ts';

/** Labels of the truth that comes with a phantom. */
export const PHANTOM_LABELS = { pancreas: 1, liver: 2, spleen: 3, kidneys: 4, aorta: 5 } as const;

/** Distance below the diaphragm and inside the cavity: no organ leaves the abdomen. */
function confined(frame: Frame, margin: number) {
  return (x: number, y: number, z: number, d: number) =>
    d > 3 ? d : Math.max(d, frame.cavity(x, y, z) + margin, 0.7 * (z - frame.diaphragm(x, y) + margin));
}

/** A large right lobe, a tapering left one, portal and hepatic veins inside, and the gall bladder beneath. */
export function paintLiver(canvas: PhantomCanvas, frame: Frame, draw: Draw): void {
  const size = draw.between(0.92, 1.08);
  const low = draw.between(-8, 8);
  const right = ellipsoid({
    centre: [-78, -4, 196 + low],
    radii: [70 * size, 78 * size, 84 * size],
    coronalTurn: -14,
  });
  const left = ellipsoid({
    centre: [2, -52, 214],
    radii: [74 * size, 36, 34 * size],
    axialTurn: -8,
    coronalTurn: 12,
  });
  const caudate = ellipsoid({ centre: [-20, -2, 208], radii: [20, 16, 26] });
  const hilum = ellipsoid({ centre: [-26, -22, 164], radii: [40, 22, 30], axialTurn: 20 });
  const bumps = smoothNoise(draw.seed(), 34);
  const ripples = smoothNoise(draw.seed(), 13);
  const inside = confined(frame, 1.5);
  const liver = canvas.field({ low: [-175, -115, 60], high: [95, 110, 300] }, (x, y, z) => {
    const lobes = smoothUnion(smoothUnion(right(x, y, z), left(x, y, z), 22), caudate(x, y, z), 8);
    if (lobes > 14) return lobes;
    // The fissure of the round ligament parts the lobes from below.
    const fissure = Math.max(Math.abs(x + 6 - 0.25 * y) - 2.5, y + 34, z - 206);
    const carved = Math.max(lobes, -hilum(x, y, z), -(Math.hypot(x + 20, y - 24) - 17), -fissure);
    return inside(x, y, z, carved + 4.5 * bumps(x, y, z) + 1.4 * ripples(x, y, z));
  });
  const texture = smoothNoise(draw.seed(), 7);
  canvas.paint(liver, (x, y, z) => HU.liver + 4 * texture(x, y, z), PHANTOM_LABELS.liver);
  paintLiverVessels(canvas, draw, liver);
  const bladder = ellipsoid({ centre: [-56, -58, 142 + low], radii: [13, 17, 27], coronalTurn: 15 });
  const gall = canvas.field(around([-56, -58, 142 + low], 34), bladder);
  canvas.paint(gall, (_x, _y, _z, d) => (d > -1.6 ? 62 : 8));
}

function paintLiverVessels(
  canvas: PhantomCanvas,
  draw: Draw,
  liver: ReturnType<PhantomCanvas['field']>,
): void {
  const jitter = () => draw.between(-7, 7);
  const trees: TubePoint[][] = [];
  const cava: Triple = [-22, 18, 246];
  // Hepatic veins run down and outwards from the vena cava.
  for (const end of [
    [-125, 20, 200],
    [-95, -55, 205],
    [-40, -75, 210],
    [25, -60, 215],
    [-110, 50, 175],
  ]) {
    const middle = end.map((v, n) => (v + cava[n]) / 2 + jitter()) as Triple;
    trees.push([
      [...cava, 5.2],
      [...middle, 3.6],
      [end[0] + jitter(), end[1] + jitter(), end[2] + jitter(), 1.6],
    ]);
  }
  const porta: Triple = [-38, -16, 190];
  for (const end of [
    [-110, 15, 168],
    [-120, -30, 185],
    [-85, -60, 175],
    [-95, 45, 205],
    [-5, -58, 200],
    [35, -60, 222],
  ]) {
    const middle = end.map((v, n) => 0.6 * porta[n] + 0.4 * v + jitter()) as Triple;
    trees.push([
      [...porta, 5.6],
      [...middle, 4],
      [end[0] + jitter(), end[1] + jitter(), end[2] + jitter(), 1.5],
    ]);
  }
  const wood = canvas.tube(smoothLine(trees[0], 5));
  canvas.paint(keepInside(canvas, wood, liver), HU.vein, PHANTOM_LABELS.liver);
  for (const tree of trees.slice(1)) {
    const branch = keepInside(canvas, canvas.tube(smoothLine(tree, 5)), liver);
    canvas.paint(branch, HU.vein, PHANTOM_LABELS.liver);
  }
}

/** Keeps a field at least 3 mm inside another one. */
function keepInside(
  canvas: PhantomCanvas,
  field: ReturnType<PhantomCanvas['field']>,
  outer: ReturnType<PhantomCanvas['field']>,
) {
  const { low, size, values } = outer;
  const { origin, spacing } = canvas.grid;
  return canvas.reshape(
    field,
    (x, y, z, d) => {
      const i = Math.round((x - origin[0]) / spacing[0]) - low[0];
      const j = Math.round((y - origin[1]) / spacing[1]) - low[1];
      const k = Math.round((z - origin[2]) / spacing[2]) - low[2];
      if (i < 0 || j < 0 || k < 0 || i >= size[0] || j >= size[1] || k >= size[2]) return 1e6;
      return Math.max(d, values[i + size[0] * (j + size[1] * k)] + 3);
    },
    3,
  );
}

/** A crescent under the left diaphragm, hollowed by the stomach. */
export function paintSpleen(canvas: PhantomCanvas, frame: Frame, draw: Draw): void {
  const size = draw.between(0.9, 1.12);
  const centre: Triple = [frame.halfWidth - frame.fat - 43, 40, 186 + draw.between(-6, 6)];
  const whole = ellipsoid({
    centre,
    radii: [42 * size, 55 * size, 56 * size],
    axialTurn: 24,
    coronalTurn: 12,
  });
  const hollow = ellipsoid({ centre: [58, 0, 204], radii: [36, 44, 58], axialTurn: 22 });
  const bumps = smoothNoise(draw.seed(), 26);
  const inside = confined(frame, 1.5);
  const spleen = canvas.field(around(centre, 72), (x, y, z) => {
    const d = Math.max(whole(x, y, z), -hollow(x, y, z) + 1);
    return d > 12 ? d : inside(x, y, z, d + 2.6 * bumps(x, y, z));
  });
  const texture = smoothNoise(draw.seed(), 8);
  canvas.paint(spleen, (x, y, z) => HU.spleen + 3 * texture(x, y, z), PHANTOM_LABELS.spleen);
}

/** Cortex, pyramids, sinus fat and pelvis, in a bed of fat along the psoas. */
export function paintKidneys(canvas: PhantomCanvas, draw: Draw): void {
  for (const side of [-1, 1]) {
    const size = draw.between(0.93, 1.08);
    const centre: Triple = [
      side * 64 + draw.between(-3, 3),
      42,
      (side < 0 ? 128 : 144) + draw.between(-6, 6),
    ];
    const shape = {
      centre,
      radii: [26.5 * size, 23.5 * size, 53 * size] as Triple,
      axialTurn: side * 32,
      coronalTurn: side * 12,
    };
    const kidney = ellipsoid(shape);
    const hilum = ellipsoid({
      centre: [centre[0] - side * 23, centre[1] - 9, centre[2]],
      radii: [17, 11, 21],
    });
    const pelvis = ellipsoid({
      centre: [centre[0] - side * 18, centre[1] - 8, centre[2] - 3],
      radii: [13, 5, 10],
    });
    const lobes = smoothNoise(draw.seed(), 17);
    const box = around(centre, 72);
    canvas.paint(
      canvas.field(box, (x, y, z) => kidney(x, y, z) - 5),
      HU.fat + 4,
    );
    const whole = canvas.field(box, (x, y, z) => {
      const d = kidney(x, y, z);
      return d > 8 ? d : Math.max(d + 1.5 * lobes(x, y, z), -hilum(x, y, z));
    });
    canvas.paint(
      whole,
      (x, y, z) => {
        const depth = -kidney(x, y, z);
        if (depth < 6.5) return HU.cortex;
        return lobes(1.4 * x, 1.4 * y, 1.4 * z) > 0.28 ? HU.cortex - 6 : HU.medulla;
      },
      PHANTOM_LABELS.kidneys,
    );
    canvas.paint(canvas.field(box, pelvis), 22);
    const ureter: TubePoint[] = [
      [centre[0] - side * 22, centre[1] - 9, centre[2] - 8, 2.6],
      [centre[0] - side * 24, centre[1] - 12, centre[2] - 50, 2],
      [centre[0] - side * 28, centre[1] - 12, -20, 2],
    ];
    canvas.paint(canvas.tube(ureter), 40);
    const vein: TubePoint[] = [
      [centre[0] - side * 14, centre[1] - 10, centre[2] + 3, 3.6],
      [side * 24, 18, centre[2] + 6, 4.2],
      side < 0 ? [-16, 16, centre[2] + 10, 4.4] : [-14, 2, centre[2] + 6, 4.2],
    ];
    canvas.paint(canvas.tube(smoothLine(vein)), HU.vein);
  }
}

/** Aorta with coeliac trunk and SMA, vena cava, SMV, splenic and portal vein. */
export function paintVessels(canvas: PhantomCanvas, draw: Draw): void {
  const bend = draw.between(-4, 4);
  const artery = (line: TubePoint[]) => canvas.paint(canvas.tube(smoothLine(line)), HU.aorta + 8);
  artery([
    [8, 8, 176, 4],
    [6, -2, 180, 3.4],
    [-14, -8, 184, 2.6],
    [-34, -18, 184, 2.2],
  ]);
  artery([
    [8, 6, 160, 4],
    [4, -6, 146, 3.4],
    [2, -10, 120, 3],
    [-2, -16, 70, 2.4],
  ]);
  const aorta = canvas.tube(
    smoothLine([
      [10 + bend / 2, 22, 310, 12],
      [9, 19, 230, 11],
      [8, 18, 150, 9.8],
      [6 + bend, 19, 70, 8.8],
      [3 + bend, 21, -30, 8.2],
    ]),
  );
  canvas.paint(aorta, (_x, _y, _z, d) => (d > -0.7 ? 130 : HU.aorta), PHANTOM_LABELS.aorta);
  const cava = canvas.tube(
    smoothLine([
      [-20, 10, 300, 12.5],
      [-22, 18, 240, 12],
      [-21, 22, 160, 11],
      [-17, 25, 70, 10.5],
      [-13, 27, -30, 9.5],
    ]),
  );
  canvas.paint(cava, HU.vein - 18);
}

/** The crura of the diaphragm beside the aorta, and the adrenals above the kidneys. */
export function paintSmallParts(canvas: PhantomCanvas): void {
  for (const side of [-1, 1]) {
    const crus: TubePoint[] = [
      [4 + side * 17, 34, 120, 2.5],
      [6 + side * 17, 28, 160, 4],
      [8 + side * 15, 18, 200, 4.5],
      [8 + side * 12, 8, 236, 4],
    ];
    canvas.paint(canvas.tube(smoothLine(crus), 0.6), HU.muscle + 8);
    const adrenal: Triple = [side < 0 ? -36 : 36, 26, side < 0 ? 190 : 196];
    for (const limb of [-1, 1]) {
      const end: Triple = [adrenal[0] + side * (limb < 0 ? 2 : 13), adrenal[1] + 16, adrenal[2] - 8];
      canvas.paint(
        canvas.tube([
          [...adrenal, 2.8],
          [...end, 1.9],
        ]),
        78,
      );
    }
  }
}

/** Where the splenic vein meets the SMV: behind the neck of the pancreas. */
export const CONFLUENCE: Triple = [-13, -3, 149];

export function paintPortalVeins(canvas: PhantomCanvas, pancreas: readonly TubePoint[]): void {
  const tail = pancreas.slice(Math.floor(pancreas.length * 0.45));
  const splenic: TubePoint[] = [
    [...CONFLUENCE, 4.6],
    ...tail.filter((_, n) => n % 4 === 2).map((p): TubePoint => [p[0], p[1] + 0.85 * p[3], p[2] + 1, 3.3]),
    [96, 18, 202, 2.6],
  ];
  canvas.paint(canvas.tube(smoothLine(splenic)), HU.vein);
  const portal: TubePoint[] = [
    [-6, -16, 60, 3.6],
    [-11, -10, 110, 4.6],
    [...CONFLUENCE, 6],
    [-26, -9, 170, 6.2],
    [-38, -16, 190, 5.6],
  ];
  canvas.paint(canvas.tube(smoothLine(portal)), HU.vein);
}
