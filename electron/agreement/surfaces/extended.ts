// Figures of a pair of masks beyond the usual ones: MCC, kappa of a body, boundary IoU, area-weighted surfaces.
import { boxVoxels, growBox } from '../box.ts';
import { countDense } from '../count-dense.ts';
import { binaryKappa, KAPPA_MARGIN_MM } from '../overlap.ts';
import { DEFAULT_SETTINGS, type MaskGrid, type MetricSettings } from '../types.ts';
import { boundaryIou } from './boundary.ts';
import { surfelMetrics, type SurfelMetrics } from './surfel-distances.ts';
import { surfelsOf } from './surfels.ts';

export interface ExtendedMetrics {
  label: number;
  /** Matthews' correlation over the whole grid, and over the box around both masks grown by 10 mm. */
  mcc: { image: number | null; union10mm: number | null };
  /** Over the voxels of the body mask; null without one. */
  body: { voxels: number; kappa: number | null; mcc: number | null } | null;
  boundaryIou: number | null;
  surfels: SurfelMetrics;
  notes: string[];
}
export interface ExtendedSettings extends MetricSettings {
  /** Width of the band of the boundary IoU in mm. */
  readonly boundaryMm: number;
}
export const EXTENDED_SETTINGS: ExtendedSettings = { ...DEFAULT_SETTINGS, boundaryMm: 2 };

/**
 * Matthews' correlation coefficient (Matthews 1975, Biochim Biophys Acta 405:442–451) of two masks over a region of
 * `total` voxels that holds both. Null when a mask is empty or fills the region.
 */
export function matthews(reference: number, test: number, both: number, total: number): number | null {
  const margins = [reference / total, (total - reference) / total, test / total, (total - test) / total];
  if (margins.some((share) => share === 0)) return null;
  const spread = Math.sqrt(margins[0] * margins[1]) * Math.sqrt(margins[2] * margins[3]);
  const covariance = both / total - margins[0] * margins[2];
  return Math.max(-1, Math.min(1, covariance / spread));
}

/**
 * The extended figures of one label (1…255) of two masks on one grid. `body`: one byte a voxel, not 0 in the body; label
 * voxels outside it do not count for `body`. Throws RangeError as `compareMasks`. Empty masks: as each figure says.
 */
export function extendedMetrics(
  reference: Uint8Array,
  test: Uint8Array,
  grid: MaskGrid,
  label: number,
  settings: ExtendedSettings = EXTENDED_SETTINGS,
  body: Uint8Array | null = null,
): ExtendedMetrics {
  if (!(settings.boundaryMm >= 0)) throw new RangeError(`a band of ${settings.boundaryMm} mm`);
  if (body && body.length !== reference.length) throw new RangeError('the body mask has another size');
  const counts = countDense(reference, test, grid).of(label);
  const { box } = counts;
  const over = (total: number) => matthews(counts.reference, counts.test, counts.both, total);
  const region = box ? boxVoxels(growBox(box, KAPPA_MARGIN_MM, grid.shape, grid.spacing)) : 0;
  const mcc = { image: over(counts.total), union10mm: box ? over(region) : null };
  const surfels = [reference, test].map((mask) =>
    box
      ? surfelsOf(mask, grid.shape, label, box, grid.spacing)
      : { places: new Int32Array(0), areas: new Float64Array(0) },
  );
  const notes: string[] = [];
  if (counts.reference === 0 || counts.test === 0) {
    notes.push('A mask is empty for this label: MCC and area-weighted distances are undefined (null).');
  } else if (mcc.image === null || mcc.union10mm === null) {
    notes.push('MCC is undefined (null) where a mask fills its whole region.');
  }
  return {
    label,
    mcc,
    body: body && inBody(reference, test, label, body),
    boundaryIou: boundaryIou(reference, test, grid, label, box, settings.boundaryMm),
    surfels: surfelMetrics(surfels[0], surfels[1], grid.spacing, settings),
    notes,
  };
}

function inBody(reference: Uint8Array, test: Uint8Array, label: number, body: Uint8Array) {
  let [voxels, inReference, inTest, both] = [0, 0, 0, 0];
  for (let at = 0; at < body.length; at++) {
    if (body[at] === 0) continue;
    const x = reference[at] === label ? 1 : 0;
    const y = test[at] === label ? 1 : 0;
    voxels++;
    inReference += x;
    inTest += y;
    both += x & y;
  }
  if (voxels === 0) return { voxels, kappa: null, mcc: null };
  return {
    voxels,
    kappa: binaryKappa(inReference, inTest, both, voxels),
    mcc: matthews(inReference, inTest, both, voxels),
  };
}
