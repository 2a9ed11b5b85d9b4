// What a model folder's manifest.json says: enough to run any ONNX segmentation network on any volume.
import * as z from 'zod';
import { SequenceSchema } from '../contract/sequence.ts';

const finite = z.number().refine(Number.isFinite, 'must be a finite number');
const sizes = z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]);
const spacings = z.tuple([finite.positive(), finite.positive(), finite.positive()]);

export const NormalisationSchema = z.discriminatedUnion('scheme', [
  z.strictObject({ scheme: z.literal('none') }),
  z
    .strictObject({ scheme: z.literal('minmax01') })
    .describe('(x − smallest) / (largest − smallest) of the volume'),
  z.strictObject({ scheme: z.literal('zscore') }).describe('(x − mean) / (sd + 1e-8) of the volume'),
  z
    .strictObject({
      scheme: z.literal('ct-clip'),
      lower: finite,
      upper: finite,
      mean: finite,
      sd: finite.positive(),
    })
    .describe('clip to lower … upper, subtract mean, divide by sd'),
  z
    .strictObject({ scheme: z.literal('window'), lower: finite, upper: finite })
    .describe('a fixed window: lower becomes 0, upper 1, values beyond are held there'),
]);
export type Normalisation = z.infer<typeof NormalisationSchema>;

const AxisNameSchema = z.enum(['x', 'y', 'z']);

const InputSchema = z.strictObject({
  name: z.string().min(1).describe('name of the network’s input'),
  layout: z.literal('NCDHW'),
  axes: z
    .tuple([AxisNameSchema, AxisNameSchema, AxisNameSchema])
    .refine((axes) => new Set(axes).size === 3, 'must name x, y and z once each')
    .describe('which axis of the volume each array dimension D, H, W is; x is the one stored fastest'),
  orientation: z
    .string()
    .refine(isOrientation, 'must be “file” or three letters such as LPS or RAS, one for each patient axis')
    .describe(
      '“file”: axes as stored; else the sides towards which x, y and z grow before the network sees them',
    ),
});

function isOrientation(code: string): boolean {
  if (code === 'file') return true;
  return code.length === 3 && ['LR', 'AP', 'SI'].every((pair) => [...code].some((c) => pair.includes(c)));
}

const LabelSchema = z.strictObject({
  channel: z.int().nonnegative().describe('output channel'),
  label: z.int().min(0).max(255).describe('value in the mask; 0 is background'),
  name: z.string().min(1),
});

const LabelValueSchema = z.int().min(1).max(255);

const LabelGroupSchema = z
  .strictObject({
    labels: z.array(LabelValueSchema).min(1),
    keepFromMm3: finite
      .positive()
      .optional()
      .describe('smaller parts than the largest stay too where they are at least as large as this'),
  })
  .describe('labels that count as one structure while its parts are looked for');

const PostprocessSchema = z.strictObject({
  keepLargest: z
    .array(z.union([LabelValueSchema, LabelGroupSchema]))
    .default([])
    .describe(
      'labels, or groups of them, of which only the largest connected part is kept, one after the other; equally large ones all stay',
    ),
  touching: z
    .enum(['faces', 'corners'])
    .optional()
    .describe('what makes two voxels connected: a shared face (as when it is not given), or a shared corner'),
  minimumVoxels: z
    .int()
    .positive()
    .optional()
    .describe('after that, connected parts of fewer voxels are dropped, every label'),
});
export type Postprocess = z.infer<typeof PostprocessSchema>;

const PermutationSchema = z
  .tuple([z.int().min(0).max(2), z.int().min(0).max(2), z.int().min(0).max(2)])
  .refine((order) => new Set(order).size === 3, 'must name 0, 1 and 2 once each');

const splineOrder = z.union([z.literal(0), z.literal(1), z.literal(3)]);
/** Nearest, linear, cubic. */
export type SplineOrder = z.infer<typeof splineOrder>;

const NnunetSchema = z
  .strictObject({
    version: z.union([z.literal(1), z.literal(2)]).describe('which nnU-Net trained it; their steps differ'),
    transpose: PermutationSchema.default([0, 1, 2]).describe('transpose_forward of the plans, on z, y, x'),
    maskForNorm: z
      .array(z.boolean())
      .describe('use_mask_for_norm (v1: use_nonzero_mask), one for each channel'),
    order: splineOrder.default(3).describe('spline order of the image within slices'),
    orderZ: splineOrder.default(0).describe('order across thick slices'),
    forceSeparateZ: z
      .boolean()
      .nullable()
      .default(null)
      .describe('thick slices resampled apart: always, never, or (null) where the spacing says so'),
    scores: z
      .strictObject({
        order: splineOrder.default(1),
        orderZ: splineOrder.default(0),
        forceSeparateZ: z.boolean().nullable().default(null),
      })
      .optional()
      .describe(
        'the same for scores on their way back; linear, and nearest across thick slices, if not given',
      ),
    ownSliceSpacing: z
      .boolean()
      .optional()
      .describe(
        '2D networks: slices (the first dimension, transposed) stay as far apart as they are; the first number of spacing then only says what training saw',
      ),
  })
  .describe(
    'run the steps of nnU-Net exactly: crop to non-zero, transpose, splines, thick slices apart; spacing and patch are then in transposed order and input.axes z, y, x; orientation is “file” unless its reader turned volumes',
  );
export type NnunetPlan = z.infer<typeof NnunetSchema>;

const FileSchema = z.string().regex(/^[^/\\]+$/, 'must be the name of a file in the model’s folder');
const Sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');

export const ManifestSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().min(1),
    version: z.string().min(1),
    description: z.string(),
    modality: z.string().min(1).nullable().describe('what it was made for: CT, MR, …; null for any'),
    sequence: SequenceSchema.optional().describe(
      'the MR sequence that it was made for; on another one a network mostly finds nothing',
    ),
    channels: z
      .array(z.strictObject({ name: z.string().min(1), normalisation: NormalisationSchema }))
      .min(1)
      .describe('one volume for each, in the network’s order'),
    file: FileSchema.default('model.onnx'),
    sha256: Sha256Schema.optional().describe('of the file; checked when given'),
    ensemble: z
      .array(z.strictObject({ file: FileSchema, sha256: Sha256Schema.optional() }))
      .optional()
      .describe(
        'further networks of the same input and output, such as the other folds of a training; what they give is averaged with the first',
      ),
    input: InputSchema,
    output: z.strictObject({
      name: z.string().min(1).describe('name of the network’s output, NCDHW of the input’s D, H, W'),
      activation: z
        .enum(['logits', 'softmax', 'sigmoid', 'region-logits'])
        .describe(
          'logits and softmax: the largest channel wins; sigmoid: every channel of 0.5 or more, later labels over earlier; region-logits: the same before the sigmoid, above 0',
        ),
    }),
    spacing: spacings
      .nullable()
      .describe('mm in array order D, H, W that the network wants; null: as the volume is'),
    patch: sizes.nullable().describe('tile size D, H, W; null: the whole volume at once'),
    overlap: finite
      .min(0)
      .max(0.9)
      .default(0.5)
      .describe('how much neighbouring tiles share, of a tile’s side'),
    gaussian: z.boolean().default(true).describe('weight tiles by a Gaussian (sd an eighth of the side)'),
    mirror: z
      .array(z.int().min(0).max(2))
      .default([])
      .describe('array dimensions over whose flips the outputs are averaged'),
    average: z
      .enum(['output', 'probabilities'])
      .default('output')
      .describe(
        'what is averaged over tiles, flips and networks: outputs as they are, or their softmax (of region-logits: sigmoid)',
      ),
    multipleOf: sizes.optional().describe('with patch null: sides are padded to a multiple of these'),
    nnunet: NnunetSchema.optional(),
    labels: z.array(LabelSchema).min(1).describe('channels not listed are background'),
    postprocess: PostprocessSchema.default({ keepLargest: [] }),
    card: FileSchema.optional().describe('name of a text file beside: data, figures, limits, licence'),
  })
  .describe('A model that Concord can run: manifest.json beside an ONNX file');

export type Manifest = z.infer<typeof ManifestSchema>;

/** The JSON Schema of manifest.json, as kept in models/manifest.schema.json. */
export function manifestJsonSchema(): object {
  return z.toJSONSchema(ManifestSchema, { io: 'input' });
}
