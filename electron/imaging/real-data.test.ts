// Scans of real patients (public data beside the checkout): densities inside organs, grids, and worker threads.
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { gridDifference, orientationCode } from '../contract/geometry.ts';
import { listDicomSeries } from './dicom-series.ts';
import { volumeFacts } from './facts.ts';
import { readMask } from './mask-read.ts';
import { inspectVolume, readVolume } from './read-volume.ts';
import { canonicalise, fromOriginalGrid, reorientationOf } from './reorientation.ts';

const shared = resolve(import.meta.dirname, '../../../shared');
const data = (name: string) => resolve(shared, 'data', name);
const there = existsSync(data('ct-abdomen/image.nii.gz'));

describe.skipIf(!there)(
  `real scans${there ? '' : ' (SKIPPED: no ../shared/data beside the checkout)'}`,
  () => {
    it('gives the JPEG 2000 series its Hounsfield units in the right places', async () => {
      const [series, ...others] = await listDicomSeries(data('ct-abdomen-dicom'));
      expect(others).toEqual([]);
      expect(series).toMatchObject({ files: 20, shape: [512, 512, 20], modality: 'CT', problem: null });
      const volume = await readVolume(data('ct-abdomen-dicom'));
      const mask = await readMask(data('ct-abdomen-dicom.labels.nii.gz'));
      const scan = canonicalise(volume).volume;
      const placement = reorientationOf(mask.grid);
      expect(gridDifference(scan.grid, placement.canonical)).toBeNull();
      const labels = fromOriginalGrid(mask.labels, placement);
      const names = JSON.parse(
        readFileSync(resolve(shared, 'oracles/totalsegmentator_label_names.json'), 'utf8'),
      ) as {
        total: Record<string, string>;
      };
      const mean = (structure: string) => {
        const label = Number(Object.entries(names.total).find(([, name]) => name === structure)![0]);
        let [sum, count] = [0, 0];
        for (let n = 0; n < labels.length; n++) {
          if (labels[n] !== label) continue;
          sum += scan.voxels[n];
          count++;
        }
        return sum / count;
      };
      expect(mean('liver')).toBeCloseTo(89.3, 1);
      expect(mean('aorta')).toBeCloseTo(177.3, 1);
      expect(mean('vertebrae_T12')).toBeCloseTo(267.0, 1);
    });

    it('reads a compressed series through a linked folder', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'concord-link-'));
      try {
        symlinkSync(data('ct-abdomen-dicom'), join(folder, 'link'), 'dir');
        const linked = await readVolume(join(folder, 'link'));
        expect(linked.voxels).toEqual((await readVolume(data('ct-abdomen-dicom'))).voxels);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it('opens the abdominal CT, its label maps, and the head MR', async () => {
      const ct = await readVolume(data('ct-abdomen/image.nii.gz'));
      expect([ct.grid.shape, ct.voxelType, orientationCode(ct.grid)]).toEqual([
        [122, 101, 30],
        'int16',
        'RAS',
      ]);
      expect(volumeFacts(ct)).toMatchObject({
        minimum: -1100,
        maximum: 1207,
        modality: 'CT',
        modalityIsGuess: true,
      });
      const full = await readMask(data('ct-abdomen/rater-full.nii.gz'));
      expect(gridDifference(ct.grid, full.grid)).toBeNull();
      expect(full.labels.reduce((n, label) => n + Number(label === 7), 0)).toBe(644);
      const head = await inspectVolume(data('brain-t1/t1_crop.nii.gz'));
      expect([head.grid.shape, head.orientation, head.storedType]).toEqual([[256, 256, 256], 'LIA', 'uint8']);
      // 64-bit labels, written by another tool.
      const wide = await readMask(data('two-raters/unet.nii.gz'));
      expect([...new Set(wide.labels)].sort()).toEqual([0, 1, 2, 4]);
    });

    it('opens the NRRD beside the DICOM slices on the same grid, with as many voxels set as its source says', async () => {
      const mask = await readMask(data('dicom-seg/liver_seg.nrrd'));
      const slices = await readVolume(data('dicom-seg'));
      expect(gridDifference(mask.grid, slices.grid)).toBeNull();
      expect(mask.labels.reduce((n, label) => n + Number(label > 0), 0)).toBe(107_098);
    });

    it('decodes inside a worker thread', async () => {
      const source = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData.module).then(async ({ readVolume }) => {
        const sums = [];
        for (const path of workerData.paths) {
          const volume = await readVolume(path);
          sums.push(volume.voxels.reduce((a, b) => a + b, 0));
        }
        parentPort.postMessage(sums);
      });`;
      const paths = [data('dicom-seg'), data('dicom-seg/liver_seg.nrrd'), data('ct-abdomen/image.nii.gz')];
      const worker = new Worker(source, {
        eval: true,
        workerData: { module: resolve(import.meta.dirname, 'read-volume.ts'), paths },
      });
      const sums = await new Promise<number[]>((done, fail) =>
        worker.once('message', done).once('error', fail),
      );
      await worker.terminate();
      for (const [n, path] of paths.entries()) {
        const { voxels } = await readVolume(path);
        expect(sums[n]).toBe((voxels as Int16Array).reduce((a, b) => a + b, 0));
      }
    });
  },
);
