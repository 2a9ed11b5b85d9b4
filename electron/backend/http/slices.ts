// The slices that a request for voxels asks for: `?from=&count=`, or all.
import * as z from 'zod';

export const SlicesSchema = z
  .object({
    from: z.coerce.number().int().min(0).optional(),
    count: z.coerce.number().int().positive().optional(),
  })
  .refine(
    (range) => (range.from === undefined) === (range.count === undefined),
    'give from and count, or neither',
  );

/** Slices [from, from + count), or undefined for all. */
export function slicesOf({
  from,
  count,
}: z.infer<typeof SlicesSchema>): { from: number; count: number } | undefined {
  return from !== undefined && count !== undefined ? { from, count } : undefined;
}
