// A made-up study for the report's tests: ellipsoids drawn by three readers who differ a little, with their habits.
import { compareMasks } from '../compare.ts';
import { listPairs } from '../pairs.ts';
import { analyse } from '../study/index.ts';
import { DEFAULT_SETTINGS } from '../types.ts';
import type { ReportInput } from './report-input.ts';

const BOOTSTRAP = { replicates: 200, seed: 1 };
const SHAPE = [40, 36, 24] as const;
const SPACING = [1.5, 1.5, 2.5] as const;
const READERS = ['Dr Anna Lindqvist', 'Dr José Ibáñez', 'Dr <Wei> & Chen'];
/** How much wider each reader draws, in voxels. */
const HABITS = [0, 0.45, -0.3];
const STRUCTURES = [
  { label: 1, name: 'Pancreas', colour: '#e69f00' },
  { label: 2, name: 'Lesion', colour: '#cc79a7' },
];

/** Park and Miller's generator: the same study on every machine. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

function draw(caseNumber: number, reader: number, round: number): Uint8Array {
  const anatomy = random(caseNumber + 11);
  const hand = random(1000 * (reader + 1) + 100 * round + caseNumber + 7);
  const radii = [7 + 5 * anatomy(), 5 + 3 * anatomy(), 4 + 2 * anatomy()].map(
    (radius) => radius + HABITS[reader] + (hand() - 0.5) * 0.9,
  );
  const centre = SHAPE.map((n) => n / 2 + (hand() - 0.5) * 0.9);
  const lesion = anatomy() < 0.75 && hand() > 0.06;
  const mask = new Uint8Array(SHAPE[0] * SHAPE[1] * SHAPE[2]);
  for (let at = 0; at < mask.length; at++) {
    const voxel = [
      at % SHAPE[0],
      Math.floor(at / SHAPE[0]) % SHAPE[1],
      Math.floor(at / (SHAPE[0] * SHAPE[1])),
    ];
    const inside = (scale: number) =>
      voxel.reduce((sum, v, axis) => sum + ((v - centre[axis]) / (radii[axis] * scale)) ** 2, 0) <= 1;
    if (lesion && inside(0.35)) mask[at] = 2;
    else if (inside(1)) mask[at] = 1;
  }
  return mask;
}

/** Three readers, two rounds, `cases` cases, two structures; reads of the last case's second round are missing. */
export function exampleReport(cases = 12): ReportInput {
  const masks = new Map<string, Uint8Array>();
  const reads = Array.from({ length: cases }, (_, c) =>
    READERS.flatMap((name, reader) =>
      [1, 2].map((round) => {
        const readId = `read-${c}-${reader}-${round}`;
        masks.set(readId, draw(c, reader, round));
        return { readId, personId: String(reader), name, round, caseId: `case-${c}`, arm: 'assisted' };
      }),
    ),
  )
    .flat()
    .filter((read) => !(read.caseId === `case-${cases - 1}` && read.round === 2));
  const rows = listPairs(reads).flatMap(({ comparison, a, b }) =>
    compareMasks(
      masks.get(a.readId)!,
      masks.get(b.readId)!,
      { shape: SHAPE, spacing: SPACING },
      STRUCTURES.map((structure) => structure.label),
    ).map((metrics) => ({
      comparison,
      caseId: a.caseId,
      caseName: `Patient ${Number(a.caseId.slice(5)) + 1}`,
      structureLabel: metrics.label,
      structureName: STRUCTURES.find((structure) => structure.label === metrics.label)!.name,
      a,
      b,
      metrics,
    })),
  );
  return {
    study: {
      name: 'Pancreas readers <script>alert(1)</script>',
      modality: 'CT',
      cases,
      readers: READERS,
      structures: STRUCTURES,
      rounds: [
        { number: 1, name: 'Round 1', arm: 'assisted', washoutDays: 0 },
        { number: 2, name: 'Round 2', arm: 'assisted', washoutDays: 14 },
      ],
    },
    software: 'Concord 0.1.0',
    generatedAt: '2026-11-23T09:30:00.000Z',
    run: {
      id: 'examplerun000001',
      computedAt: '2026-11-23T09:12:00.000Z',
      metricVersion: '1',
      sealedReads: reads.length,
    },
    staleBecause: null,
    settings: DEFAULT_SETTINGS,
    flow: [
      { round: 1, assigned: 3 * cases, drafts: 0, sealed: 3 * cases, imported: 2 },
      { round: 2, assigned: 3 * cases, drafts: 1, sealed: 3 * cases - 3, imported: 0 },
    ],
    exclusions: ['1 read is a draft and was left out.', '2 assigned reads have not been started.'],
    rows,
    analysis: analyse(rows, BOOTSTRAP),
    bootstrap: BOOTSTRAP,
    measurements: [],
    valueUnit: 'HU',
  };
}
