// From the positions of single slices to one grid; whatever does not make a straight, even stack is refused.
import type { Grid, Triple } from '../contract/geometry.ts';
import type { DicomHeader } from './dicom-header.ts';
import { checkShape, checkSpacing, checkedDirection, cross, dot } from './file-grid.ts';
import { refuse } from './refusals.ts';

/** A slice may lie this far (as a fraction of the spacing) from where an even stack has it. */
const UNEVENNESS = 0.1;
/** Sideways drift, as a fraction of the stack's height, that rounding of positions explains. */
const DRIFT = 1e-3;

export interface SliceStack {
  grid: Grid;
  /** Slices in the order of the grid's third axis. */
  slices: DicomHeader[];
  warnings: string[];
}

/**
 * Sorts slices along their normal and derives the grid, LPS mm, from ImagePositionPatient. `path` names the folder or
 * file in refusals: `dicom-no-image`, `dicom-multi-frame`, `volume-is-vector`, `dicom-mixed-slices`,
 * `dicom-repeated-slices`, `dicom-gantry-tilt`, `dicom-missing-slices`.
 */
export function stackSlices(headers: readonly DicomHeader[], path: string): SliceStack {
  checkAlike(headers, path);
  const { alongRow, alongColumn } = headers[0].orientation!;
  const normal = cross(alongRow, alongColumn);
  const height = (slice: DicomHeader) => dot(slice.position!, normal);
  const slices = [...headers].sort((a, b) => height(a) - height(b));
  const heights = slices.map(height);
  const warnings: string[] = [];
  let spacing: number;
  if (slices.length === 1) {
    spacing = slices[0].sliceThickness ?? 1;
    warnings.push(`There is a single slice; ${spacing} mm is taken as its thickness.`);
  } else {
    checkTilt(slices, normal, path);
    spacing = checkEven(heights, path);
  }
  const [first] = slices;
  const shape: Triple = [first.columns, first.rows, slices.length];
  const stated = [...first.pixelSpacing!, spacing];
  checkShape(shape, path);
  checkSpacing(stated, path);
  const direction = checkedDirection([alongRow, alongColumn, normal], path);
  return { grid: { shape, spacing: stated, origin: [...first.position!], direction }, slices, warnings };
}

function checkAlike(headers: readonly DicomHeader[], path: string): void {
  const [first] = headers;
  const multiFrame = headers.find((h) => h.frames > 1);
  if (multiFrame) {
    throw refuse(
      'dicom-multi-frame',
      multiFrame.path,
      `holds ${multiFrame.frames} frames in one file (enhanced DICOM), which Concord does not open. ` +
        'Convert it to single slices or to NIfTI.',
    );
  }
  const colour = headers.find((h) => h.samplesPerPixel !== 1);
  if (colour) throw refuse('volume-is-vector', colour.path, 'holds colours, not one value a voxel.');
  const placeless = headers.find((h) => !h.position || !h.orientation || !h.pixelSpacing);
  if (placeless) {
    throw refuse(
      'dicom-no-position',
      placeless.path,
      'does not say where its slice lies (position, orientation or pixel spacing is missing).',
    );
  }
  const far = (a: readonly number[], b: readonly number[], tolerance: number) =>
    a.some((v, n) => Math.abs(v - b[n]) > tolerance);
  const other = headers.find(
    (h) =>
      h.rows !== first.rows ||
      h.columns !== first.columns ||
      far(h.pixelSpacing!, first.pixelSpacing!, 1e-4) ||
      far(h.orientation!.alongRow, first.orientation!.alongRow, 1e-3) ||
      far(h.orientation!.alongColumn, first.orientation!.alongColumn, 1e-3),
  );
  if (other) {
    throw refuse(
      'dicom-mixed-slices',
      path,
      'mixes slices of different sizes, pixel spacings or orientations in one series ' +
        `(${first.columns} × ${first.rows} and ${other.columns} × ${other.rows} pixels). Keep only the slices of one volume.`,
    );
  }
}

/** Positions must climb along the normal; where they drift sideways, the gantry was tilted. */
function checkTilt(slices: readonly DicomHeader[], normal: Triple, path: string): void {
  const start = slices[0].position!;
  for (const slice of slices) {
    const way = slice.position!.map((v, n) => v - start[n]) as Triple;
    const height = dot(way, normal);
    const sideways = Math.hypot(...way.map((v, n) => v - height * normal[n]));
    if (sideways <= DRIFT * Math.abs(height) + 0.02) continue;
    const degrees = ((Math.atan2(sideways, Math.abs(height)) * 180) / Math.PI).toFixed(1);
    throw refuse(
      'dicom-gantry-tilt',
      path,
      `was scanned with a tilted gantry: its slices are shifted by ${degrees}° against their own normal. ` +
        'Resample it to a straight grid first.',
    );
  }
}

/** The even spacing of sorted heights. */
function checkEven(heights: readonly number[], path: string): number {
  const steps = heights.slice(1).map((h, n) => h - heights[n]);
  const typical = [...steps].sort((a, b) => a - b)[Math.floor((steps.length - 1) / 2)];
  const repeated = steps.findIndex((step) => step < 0.01 * typical || step < 1e-3);
  if (repeated >= 0) {
    throw refuse(
      'dicom-repeated-slices',
      path,
      `has more than one slice at ${heights[repeated].toFixed(1)} mm along its normal: several phases, echoes or ` +
        'reconstructions in one series. Keep only the slices of one volume.',
    );
  }
  const gaps = steps
    .map((step, n) => ({ step, from: heights[n], to: heights[n + 1] }))
    .filter(({ step }) => step > 1.5 * typical);
  if (gaps.length > 0) {
    const missing = gaps.reduce((sum, { step }) => sum + Math.round(step / typical) - 1, 0);
    const places = gaps.slice(0, 3).map(({ from, to }) => `${from.toFixed(1)} and ${to.toFixed(1)} mm`);
    throw refuse(
      'dicom-missing-slices',
      path,
      `lacks ${missing} ${missing === 1 ? 'slice' : 'slices'}: between ${places.join(', between ')}` +
        `${gaps.length > 3 ? ' and elsewhere' : ''}, where slices lie ${typical.toFixed(2)} mm apart. ` +
        'Fetch the whole series and import it again.',
    );
  }
  const spacing = (heights[heights.length - 1] - heights[0]) / (heights.length - 1);
  const uneven = heights.findIndex((h, n) => Math.abs(h - heights[0] - n * spacing) > UNEVENNESS * spacing);
  if (uneven >= 0) {
    throw refuse(
      'dicom-uneven-slices',
      path,
      `has slices that are not evenly spaced (${Math.min(...steps).toFixed(2)} to ${Math.max(...steps).toFixed(2)} mm, ` +
        `first seen at ${heights[uneven].toFixed(1)} mm). Resample it to an even spacing first.`,
    );
  }
  return Number(spacing.toFixed(7)); // positions are decimal text; 0.9999999999999929 is nobody's spacing
}
