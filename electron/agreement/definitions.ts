// What each figure means, where it comes from and what becomes of empty masks: printed by page, command line and report.
import type { FigureKey } from './figures.ts';

/** Changes whenever any number could come out differently; stored with every run. */
export const METRIC_VERSION = '1';

export interface Definition {
  key: FigureKey;
  name: string;
  /** Empty for a pure number. */
  unit: string;
  definition: string;
  source: string;
  emptyRule: string;
}

const OVERLAP_EMPTY = 'Both masks empty: undefined. One empty: 0.';
const SURFACE_EMPTY = 'Either mask empty: undefined.';
const KAPPA_EMPTY =
  'Both masks empty, or both filling the whole region: undefined. One empty: 0, since a constant mask agrees by chance alone.';
const COHEN = 'Cohen 1960, Educ Psychol Meas 20:37–46';
const SURFACE =
  'surface voxels are foreground voxels with a 6-neighbour that is background or outside the grid, and distances run between voxel centres';

export const DEFINITIONS: Definition[] = [
  {
    key: 'dice',
    name: 'Dice',
    unit: '',
    definition: 'Twice the voxels in both masks over the sum of the voxels of each, 2|A∩B| / (|A|+|B|).',
    source: 'Dice 1945, Ecology 26:297–302',
    emptyRule: OVERLAP_EMPTY,
  },
  {
    key: 'jaccard',
    name: 'Jaccard',
    unit: '',
    definition: 'Voxels in both masks over voxels in either, |A∩B| / |A∪B|.',
    source: 'Jaccard 1912, New Phytol 11:37–50',
    emptyRule: OVERLAP_EMPTY,
  },
  {
    key: 'precision',
    name: 'Precision',
    unit: '',
    definition: 'Share of the test mask (B) that lies in the reference mask (A), |A∩B| / |B|.',
    source: 'Taha and Hanbury 2015, BMC Med Imaging 15:29',
    emptyRule: 'Test mask empty: undefined. Reference alone empty: 0.',
  },
  {
    key: 'recall',
    name: 'Recall',
    unit: '',
    definition: 'Share of the reference mask (A) that the test mask (B) covers, |A∩B| / |A|.',
    source: 'Taha and Hanbury 2015, BMC Med Imaging 15:29',
    emptyRule: 'Reference mask empty: undefined. Test alone empty: 0.',
  },
  {
    key: 'volumeDifferenceMl',
    name: 'Volume difference',
    unit: 'mL',
    definition:
      'Volume of the second mask less the volume of the first; voxels times the volume of one voxel.',
    source: 'Taha and Hanbury 2015, BMC Med Imaging 15:29',
    emptyRule: 'Defined for empty masks, whose volume is 0 mL.',
  },
  {
    key: 'absoluteVolumeDifferenceMl',
    name: 'Absolute volume difference',
    unit: 'mL',
    definition: 'The volume difference without its sign.',
    source: 'Taha and Hanbury 2015, BMC Med Imaging 15:29',
    emptyRule: 'Defined for empty masks, whose volume is 0 mL.',
  },
  {
    key: 'relativeVolumeDifference',
    name: 'Relative volume difference',
    unit: '',
    definition: 'The volume difference over the volume of the first mask, (|B|−|A|) / |A|.',
    source: 'Heimann et al. 2009, IEEE Trans Med Imaging 28:1251–1265',
    emptyRule: 'First mask empty: undefined.',
  },
  {
    key: 'kappaImage',
    name: 'Kappa, whole image',
    unit: '',
    definition:
      'Cohen’s kappa of foreground against background over every voxel of the grid. It rises with the amount of background in the image.',
    source: COHEN,
    emptyRule: KAPPA_EMPTY,
  },
  {
    key: 'kappaUnion10mm',
    name: 'Kappa, union + 10 mm',
    unit: '',
    definition:
      'Cohen’s kappa over the box around both masks grown by 10 mm on every side (rounded up to voxels, clipped to the grid), so that the image’s size does not enter.',
    source: COHEN,
    emptyRule: KAPPA_EMPTY,
  },
  {
    key: 'hausdorffMm',
    name: 'Hausdorff distance',
    unit: 'mm',
    definition: `The larger of the two directed maximum surface distances; ${SURFACE}.`,
    source: 'Huttenlocher et al. 1993, IEEE Trans Pattern Anal Mach Intell 15:850–863',
    emptyRule: SURFACE_EMPTY,
  },
  {
    key: 'hd95PooledMm',
    name: 'HD95, pooled',
    unit: 'mm',
    definition:
      '95th percentile (linear interpolation) of both directed sets of surface distances together, as MedPy computes it.',
    source: 'MedPy hd95',
    emptyRule: SURFACE_EMPTY,
  },
  {
    key: 'hd95MaxMm',
    name: 'HD95, larger',
    unit: 'mm',
    definition:
      'The larger of the 95th percentiles (linear interpolation) of the two directed sets of surface distances, as MONAI and most papers compute it.',
    source: 'MONAI compute_hausdorff_distance; Maier-Hein et al. 2024, Nat Methods 21:195–212',
    emptyRule: SURFACE_EMPTY,
  },
  {
    key: 'hd95MeanMm',
    name: 'HD95, mean',
    unit: 'mm',
    definition:
      'The mean of the 95th percentiles (linear interpolation) of the two directed sets of surface distances, as plastimatch computes it.',
    source: 'plastimatch',
    emptyRule: SURFACE_EMPTY,
  },
  {
    key: 'assdMm',
    name: 'ASSD',
    unit: 'mm',
    definition:
      'Average symmetric surface distance: the mean of both directed sets of surface distances pooled.',
    source: 'Heimann et al. 2009, IEEE Trans Med Imaging 28:1251–1265',
    emptyRule: SURFACE_EMPTY,
  },
  {
    key: 'masdMm',
    name: 'MASD',
    unit: 'mm',
    definition: 'Mean average surface distance: the mean of the two directed mean surface distances.',
    source: 'Beneš and Zitová 2015, J Microsc 257:65–85; Maier-Hein et al. 2024, Nat Methods 21:195–212',
    emptyRule: SURFACE_EMPTY,
  },
  {
    key: 'nsd',
    name: 'Surface Dice (NSD)',
    unit: '',
    definition:
      'Share of the surface voxels of both masks that lie within the tolerance (2 mm unless stated) of the other surface, counting voxels.',
    source: 'Nikolov et al. 2021, J Med Internet Res 23:e26151 (counted in voxels, not in surface elements)',
    emptyRule: SURFACE_EMPTY,
  },
];
