// Both versions' postprocessing files, as nnU-Net writes them and otherwise.
import { describe, expect, it } from 'vitest';
import { postprocessingV1, postprocessingV2 } from './postprocessing.ts';

const FUNCTION =
  'nnunetv2.postprocessing.remove_connected_components.remove_all_but_largest_component_from_segmentation';

describe('postprocessing.json of v1', () => {
  const steps = (for_which_classes: unknown, min_valid_object_sizes?: unknown) =>
    postprocessingV1({ for_which_classes, min_valid_object_sizes }, 3).keepLargest;

  it('classes and groups in order, with sizes by class and by group', () => {
    expect(steps([[1, 2], 3, 1], '{(1, 2): 5000.0, 3: 1.5e2}')).toEqual([
      { labels: [1, 2], keepFromMm3: 5000 },
      { labels: [3], keepFromMm3: 150 },
      { labels: [1] },
    ]);
  });

  it.each(['None', '{}', undefined, null])('no sizes: %s', (sizes) => {
    expect(steps([2], sizes)).toEqual([{ labels: [2] }]);
  });

  it('null is every class by itself, an empty list none', () => {
    expect(steps(null)).toEqual([{ labels: [1] }, { labels: [2] }, { labels: [3] }]);
    expect(steps([])).toEqual([]);
    expect(postprocessingV1(null, 3).keepLargest).toEqual([]);
  });

  it('a size of nothing keeps everything', () => {
    expect(steps([1, 2], '{1: 0.0, 2: 3}')).toEqual([{ labels: [2], keepFromMm3: 3 }]);
  });

  it.each(['5000', '{1: __import__("os")}', '{1 5000}', '{1: 5, }}', '[1]'])('refuses %s', (sizes) => {
    expect(() => steps([1], sizes)).toThrowError(/postprocessing\.json/);
  });

  it.each([[[0]], [['a']], [[[]]]])('refuses classes %j', (classes) => {
    expect(() => steps(classes)).toThrowError(/postprocessing\.json is wrong/);
  });
});

describe('postprocessing of v2', () => {
  it('all labels and regions of one step are one structure, joined by corners', () => {
    const keywords = [{ labels_or_regions: [1, [2, 3], [3]] }, { labels_or_regions: 2 }];
    expect(postprocessingV2([[FUNCTION, FUNCTION], keywords])).toEqual({
      keepLargest: [{ labels: [1, 2, 3] }, { labels: [2] }],
      touching: 'corners',
    });
  });

  it('the same from postprocessing.json, whose functions have short names', () => {
    const names = ['remove_all_but_largest_component_from_segmentation'];
    const json = { postprocessing_fns: names, postprocessing_kwargs: [{ labels_or_regions: [1, 2] }] };
    expect(postprocessingV2(json).keepLargest).toEqual([{ labels: [1, 2] }]);
  });

  it('none at all', () => {
    expect(postprocessingV2(null).keepLargest).toEqual([]);
    expect(postprocessingV2([[], []]).keepLargest).toEqual([]);
  });

  it('refuses steps that it does not know, and lists that do not belong together', () => {
    const keywords = [{ labels_or_regions: 1 }];
    expect(() => postprocessingV2([['nnunetv2.postprocessing.fill_holes'], keywords])).toThrowError(
      /fill_holes is not known here/,
    );
    expect(() => postprocessingV2([[FUNCTION, FUNCTION], keywords])).toThrowError(/different number/);
    expect(() => postprocessingV2([[FUNCTION], [{ labels_or_regions: 'all' }]])).toThrowError(/is wrong/);
    const other = [{ labels_or_regions: 1, background_label: 4 }];
    expect(() => postprocessingV2([[FUNCTION], other])).toThrowError(/background_label/);
  });
});
