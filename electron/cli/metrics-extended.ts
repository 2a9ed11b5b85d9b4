// The extended figures of `concord metrics` as text for people.
import type { ExtendedMetrics } from '../agreement/surfaces/index.ts';

/** One block a label. */
export function extendedText(labels: readonly ExtendedMetrics[]): string {
  const show = (value: number | null, digits = 4) => (value === null ? '–' : value.toFixed(digits));
  return labels
    .map(({ label, mcc, body, boundaryIou, surfels, notes }) =>
      [
        `Label ${label}`,
        `  Matthews’ correlation  image ${show(mcc.image)}  union + 10 mm ${show(mcc.union10mm)}`,
        ...(body
          ? [`  Body of ${body.voxels} voxels  kappa ${show(body.kappa)}  Matthews ${show(body.mcc)}`]
          : []),
        `  Boundary IoU  ${show(boundaryIou)}`,
        `  By surface area  HD ${show(surfels.hausdorffMm, 3)}  HD95 larger ${show(surfels.hd95MaxMm, 3)}  ` +
          `ASSD ${show(surfels.assdMm, 3)}  MASD ${show(surfels.masdMm, 3)} mm  NSD ${show(surfels.nsd)}`,
        ...notes.map((note) => `  note: ${note}`),
      ].join('\n'),
    )
    .join('\n\n');
}
