// Files that belong together travel together: folders, headers with their data, loose DICOM files.
import { describe, expect, it } from 'vitest';
import { planBatches } from './gather.ts';

const file = (name: string, folder = '') => ({ file: new File(['x'], name), folder });
function plan(...files: ReturnType<typeof file>[]) {
  let next = 0;
  return planBatches(files, () => `b${next++}`).map((batch) => ({
    ...batch,
    files: batch.files.map((one) => one.name),
  }));
}

describe('upload batches', () => {
  it('keeps a header with its data and inspects volumes one by one', () => {
    expect(plan(file('a.nhdr'), file('a.raw'), file('b.nii.gz'))).toEqual([
      { id: 'b0', name: 'DICOM series', files: ['a.nhdr', 'a.raw', 'b.nii.gz'], asFolder: false },
    ]);
  });

  it('takes each folder as a batch of its own, called as the folder is', () => {
    expect(
      plan(
        file('1', 'ct/venous'),
        file('2', 'ct/venous'),
        file('1', 'ct/arterial'),
        file('2', 'ct/arterial'),
      ),
    ).toEqual([
      { id: 'b0', name: 'venous', files: ['1', '2'], asFolder: true },
      { id: 'b1', name: 'arterial', files: ['1', '2'], asFolder: true },
    ]);
  });

  it('takes loose files without a volume’s name as a folder that may hold DICOM', () => {
    expect(plan(file('IM0001'), file('IM0002.dcm'), file('c.mha')).map(({ asFolder }) => asFolder)).toEqual([
      true,
      false,
    ]);
  });

  it('looks at a single file as a file', () => {
    expect(plan(file('scan')).map(({ asFolder }) => asFolder)).toEqual([false]);
  });
});
