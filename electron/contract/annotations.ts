// What a reader measured in a read: lengths, angles and the values inside an ellipse, in patient space (LPS mm).
import * as z from 'zod';
import { IdSchema, TimeSchema } from './identity.ts';
import type { Triple } from './geometry.ts';
import { PlaneSchema } from './display.ts';

const PointSchema = z.tuple([
  z.number().min(-1e6).max(1e6),
  z.number().min(-1e6).max(1e6),
  z.number().min(-1e6).max(1e6),
]);

/** A plane at any angle: degrees it is turned away from another about the screen's upright axis, then tilted about the one across. */
export const ObliqueSchema = z.strictObject({
  from: PlaneSchema,
  turn: z.number().min(-180).max(180),
  tilt: z.number().min(-180).max(180),
});
export type Oblique = z.infer<typeof ObliqueSchema>;

/**
 * Values of the voxels whose centres lie inside an ellipse. On an oblique plane: of the voxels that the plane passes
 * through, their centres looked at straight down on it.
 */
export const RegionStatisticsSchema = z.strictObject({
  /** Voxels; the other figures are null where there is none. */
  voxels: z.int().min(0),
  mean: z.number().nullable(),
  /** Sample standard deviation (n − 1); null below two voxels. */
  deviation: z.number().nullable(),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
});
export type RegionStatistics = z.infer<typeof RegionStatisticsSchema>;

const Seat = {
  plane: z.enum([...PlaneSchema.options, 'oblique']),
  /** Null on an oblique plane, which belongs to no slice … */
  slice: z.int().min(0).nullable(),
  /** … and is told by its angles; none on the others. */
  oblique: ObliqueSchema.nullish(),
};
const seated = ({ plane, slice, oblique }: { plane: string; slice: number | null; oblique?: unknown }) =>
  (plane === 'oblique') === (slice === null) && (plane === 'oblique') === Boolean(oblique);
const SEATED = 'needs either a slice of its plane, or plane "oblique" with its angles and slice null';

/** A ruler's two ends; an angle's first leg, vertex, second leg; an ellipse's centre and the ends of its half axes. */
export const NewAnnotationSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('ruler'), ...Seat, points: z.tuple([PointSchema, PointSchema]) }),
    z.strictObject({
      kind: z.literal('angle'),
      ...Seat,
      points: z.tuple([PointSchema, PointSchema, PointSchema]),
    }),
    z.strictObject({
      kind: z.literal('ellipse'),
      ...Seat,
      points: z.tuple([PointSchema, PointSchema, PointSchema]),
      statistics: RegionStatisticsSchema,
    }),
  ])
  .refine(seated, SEATED);
export type NewAnnotation = z.infer<typeof NewAnnotationSchema>;
export type AnnotationKind = NewAnnotation['kind'];

export const AnnotationSchema = z.strictObject({
  id: IdSchema,
  kind: z.enum(['ruler', 'angle', 'ellipse']),
  ...Seat,
  points: z.array(PointSchema).min(2).max(3),
  /** Ruler: mm. Angle: degrees. Ellipse: area in mm². Worked out by the service from the points. */
  value: z.number(),
  statistics: RegionStatisticsSchema.nullable(),
  at: TimeSchema,
});
export type Annotation = z.infer<typeof AnnotationSchema>;

const minus = (a: Readonly<Triple>, b: Readonly<Triple>) => a.map((v, axis) => v - b[axis]) as Triple;
const length = (v: Readonly<Triple>) => Math.hypot(...v);

/** A ruler's length in mm, an angle in degrees (0…180), an ellipse's area in mm². NaN where a leg has no length. */
export function measure(kind: AnnotationKind, points: readonly Readonly<Triple>[]): number {
  if (kind === 'ruler') return length(minus(points[1], points[0]));
  const one = minus(points[0], points[1]);
  const two = minus(points[2], points[1]);
  if (kind === 'angle') {
    const cosine = one.reduce((sum, v, axis) => sum + v * two[axis], 0) / (length(one) * length(two));
    return (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI;
  }
  return Math.PI * length(minus(points[1], points[0])) * length(minus(points[2], points[0]));
}
