// Measurements as a tidy table: a row each, one column for the value and one for its unit.
import type { ReportMeasurement } from '../workers/agreement-client.ts';
import type { Row } from './agreement-csv.ts';

const UNITS = { ruler: 'mm', angle: 'deg', ellipse: 'mm2' };

/** In the order given; `number` counts those of a read. */
export function measurementRecords(measurements: readonly ReportMeasurement[]): Row[] {
  const counts = new Map<string, number>();
  return measurements.map((one) => {
    const read = JSON.stringify([one.caseName, one.reader, one.round]);
    const number = (counts.get(read) ?? 0) + 1;
    counts.set(read, number);
    return {
      case: one.caseName,
      reader: one.reader,
      round: one.round,
      arm: one.arm,
      number,
      kind: one.kind,
      value: one.value,
      value_unit: UNITS[one.kind],
      inside_voxels: one.statistics?.voxels ?? null,
      inside_mean: one.statistics?.mean ?? null,
      inside_sd: one.statistics?.deviation ?? null,
      inside_minimum: one.statistics?.minimum ?? null,
      inside_maximum: one.statistics?.maximum ?? null,
      plane: one.plane,
      slice: one.slice === null ? null : one.slice + 1,
      points_lps_mm: one.points.map((point) => point.join(' ')).join('; '),
    };
  });
}
