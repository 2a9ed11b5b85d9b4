// Sequence names as scanners, annotators and nnU-Net write them.
import { expect, test } from 'vitest';
import { sequenceIn } from './sequence.ts';

test.each([
  ['t1_vibe_fs_tra_bh', 'T1'],
  ['AX T2 HASTE', 'T2'],
  ['eT1W_mDIXON_BH', 'T1'],
  ['T2w', 'T2'],
  ['MRI_T1', 'T1'],
  ['t2_flair_sag', 'FLAIR'],
  ['ep2d_diff_b50_400_800', 'DWI'],
  ['DWI b1000 ADC', 'ADC'],
  ['PD fs', 'PD'],
  ['AHN_0001_0000.nii.gz', null],
  ['T1 and T2 mapped', null],
  ['MR', null],
  ['contrast1', null],
  ['T10 vertebra', null],
  ['7f1adc5e', null],
  ['k3pd7', null],
  ['', null],
])('%s: %s', (words, sequence) => expect(sequenceIn(words)).toBe(sequence));
