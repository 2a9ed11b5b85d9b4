// Measurements in the report and in the tables: those of sealed reads, with the numbers that were drawn.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createBareStudy, type BareStudy } from '../../../test/fixtures/bare-study.ts';
import { agreementCsv } from '../../cli/agreement-csv.ts';
import type { NewAnnotation } from '../../contract/annotations.ts';
import { encodePatch } from '../../contract/mask-bytes.ts';
import type { Person } from '../../contract/study.ts';
import { closeAgreement } from '../../workers/agreement-client.ts';
import { createMaskClient } from '../../workers/mask-client.ts';
import maskWork from '../../workers/mask-worker.ts';
import { createAgreementService } from '../agreement/service.ts';
import { createAnnotationService } from '../annotations/service.ts';
import { createJobService } from '../jobs/service.ts';
import { createMaskService } from '../masks/service.ts';
import { createReadService } from '../reads/service.ts';
import { createReportService } from './service.ts';

vi.setConfig({ testTimeout: 60_000 });
let folder: string;
let bare: BareStudy;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'concord-measured-'));
  bare = await createBareStudy(join(folder, 'Bare.concord'), { readers: ['Ada', 'Ben', 'Cleo'] });
});
afterEach(async () => {
  await bare.study.database.close();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(closeAgreement);

const on = { plane: 'axial' as const, slice: 4 };
const RULER: NewAnnotation = {
  ...on,
  kind: 'ruler',
  points: [
    [1, 2, 3],
    [4, 6, 15],
  ],
};
// An equilateral triangle with sides of √2.
const ANGLE: NewAnnotation = {
  ...on,
  kind: 'angle',
  plane: 'sagittal',
  points: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
};
const VALUES = [31, 34, 40, 55];
const ELLIPSE: NewAnnotation = {
  ...on,
  kind: 'ellipse',
  points: [
    [0, 0, 8],
    [6, 0, 8],
    [0, 2.5, 8],
  ],
  // Of 31, 34, 40 and 55: squares of 9, 6, 0 and 15 around 40, over 3.
  statistics: {
    voxels: 4,
    mean: 40,
    deviation: Math.sqrt((81 + 36 + 0 + 225) / 3),
    minimum: 31,
    maximum: 55,
  },
};

// Drawn on a plane that lies aslant.
const ASLANT: NewAnnotation = {
  kind: 'ruler',
  plane: 'oblique',
  slice: null,
  oblique: { from: 'coronal', turn: -20, tilt: 5.5 },
  points: [
    [0, 0, 0],
    [0.5, 0, 0],
  ],
};

it('are those of sealed reads, in report, table and dictionary, and nobody’s draft', async () => {
  const reads = createReadService();
  const masks = createMaskService({ reads, client: createMaskClient(maskWork) });
  const annotations = createAnnotationService({ reads });
  const jobs = createJobService();
  const agreement = createAgreementService({ jobs });
  const reports = createReportService({ agreement, version: '0' });
  const begin = async (person: Person, drawn: NewAnnotation[] = []) => {
    const [item] = await reads.worklist(bare.study, person);
    const { id, lease } = await reads.open(bare.study, item.assignmentId, person);
    const editor = { person, lease };
    const bytes = encodePatch([10, 11, 12], new Uint8Array(3), new Uint8Array(3).fill(1));
    const stroke = { seq: 1, tool: 'brush', label: 1, milliseconds: 400, bytes };
    await masks.append(bare.study, id, editor, stroke);
    for (const one of drawn) await annotations.add(bare.study, id, one, editor);
    return () => masks.seal(bare.study, id, editor);
  };
  const [ada, ben, cleo] = bare.readers;
  for (const person of [ada, ben]) await (await begin(person))();
  expect((await jobs.settled((await agreement.start(bare.study, null)).id)).state).toBe('done');
  expect(await reports.html(bare.study)).not.toContain('id="measurements"');
  expect(agreementCsv(await agreement.latest(bare.study), [])).not.toHaveProperty(['measurements.csv']);

  const sealIt = await begin(cleo, [RULER, ANGLE, ELLIPSE, ASLANT]);
  expect(await reports.measurements(bare.study)).toEqual([]);
  await sealIt();
  const found = await reports.measurements(bare.study);
  expect(found).toHaveLength(4);

  const html = await reports.html(bare.study);
  const section = html.slice(html.indexOf('id="measurements"'), html.indexOf('id="definitions"'));
  const cells = [...section.matchAll(/<td[^>]*>([^]*?)<\/td>/g)].map(([, text]) => text.trim());
  const rows = [0, 8, 16, 24].map((from) => cells.slice(from, from + 8)).toSorted();
  const area = (3.14159265358979 * 6 * 2.5).toFixed(1);
  expect(rows).toEqual(
    [
      ['Cleo', '1', 'Length', '13.0 mm', '', '', '', 'axial 5'],
      ['Cleo', '1', 'Angle', '60.0°', '', '', '', 'sagittal 5'],
      ['Cleo', '1', 'Ellipse, area', `${area} mm²`, '40.0', '10.7', '4', 'axial 5'],
      ['Cleo', '1', 'Length', '0.5 mm', '', '', '', 'oblique'],
    ].toSorted(),
  );
  expect(section).toContain('Mean HU');
  expect(section).toContain('On an oblique plane they are the voxels that it passes through');

  const tables = agreementCsv(await agreement.latest(bare.study), found);
  const [head, ...lines] = tables['measurements.csv'].trim().split('\n');
  const line = (kind: string) =>
    lines.find((one) => one.includes(`,${kind},`) && !one.includes(',oblique,'))!.split(',');
  const columns = head.split(',');
  const of = (kind: string, column: string) => line(kind)[columns.indexOf(column)];
  expect(lines.map((one) => one.split(',')[columns.indexOf('number')])).toEqual(['1', '2', '3', '4']);
  const aslant = lines.find((one) => one.includes(',oblique,'))!.split(',');
  expect(['value', 'slice'].map((column) => aslant[columns.indexOf(column)])).toEqual(['0.5', '']);
  expect([of('ruler', 'value'), of('ruler', 'value_unit'), of('ruler', 'inside_mean')]).toEqual([
    '13',
    'mm',
    '',
  ]);
  expect(of('ruler', 'points_lps_mm')).toBe('1 2 3; 4 6 15');
  expect(Number(of('angle', 'value'))).toBeCloseTo(60, 10);
  expect(Number(of('ellipse', 'value'))).toBeCloseTo(3.14159265358979 * 15, 10);
  const mean = VALUES.reduce((sum, v) => sum + v) / VALUES.length;
  const sd = Math.sqrt(VALUES.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (VALUES.length - 1));
  expect(Number(of('ellipse', 'inside_mean'))).toBe(mean);
  expect(Number(of('ellipse', 'inside_sd'))).toBeCloseTo(sd, 10);
  expect(of('ellipse', 'slice')).toBe('5');
  for (const column of columns) {
    const entry = tables['dictionary.csv']
      .split('\n')
      .find((one) => one.startsWith(`measurements.csv,${column},`));
    expect(entry, column).toMatch(/,[^,]*,.{4,}$/);
  }
  await jobs.close();
});
