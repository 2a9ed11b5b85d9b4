// A read with twenty structures on the phantom: organs with the flaws that tools mend, and balls in the fat.
import type { Read, WorklistItem } from '../../electron/contract/reads.ts';
import { encodePatch } from '../../electron/contract/mask-bytes.ts';
import { PHANTOM_LABELS } from '../../electron/imaging/index.ts';
import type { HostAddress, StudyOnHost } from '../../test/fixtures/study-on-host.ts';
import { SHAPE } from './material.ts';

const [NX, NY, NZ] = SHAPE;
/** Every how manieth slice of the spleen is drawn: the others are for interpolation. */
const EVERY = 5;
/** The liver comes first: the key 1 takes it up. */
export const STRUCTURES: Record<string, number> = {
  liver: PHANTOM_LABELS.liver,
  pancreas: PHANTOM_LABELS.pancreas,
  spleen: PHANTOM_LABELS.spleen,
  kidneys: PHANTOM_LABELS.kidneys,
  aorta: PHANTOM_LABELS.aorta,
  ...Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`node ${n + 1}`, 6 + n])),
};

/** One byte a voxel: the truth with holes in the liver, crumbs around it, a spleen in every fifth slice, and balls. */
export function flawedLabels(truth: Uint8Array): Uint8Array {
  const labels = truth.slice();
  for (let k = 0; k < NZ; k++)
    if (k % EVERY !== 0) {
      const slice = labels.subarray(k * NX * NY, (k + 1) * NX * NY);
      for (let n = 0; n < slice.length; n++) if (slice[n] === PHANTOM_LABELS.spleen) slice[n] = 0;
    }
  for (let k = 12; k < NZ - 12; k += 12)
    for (let j = 12; j < NY - 12; j += 16)
      for (let i = 12; i < NX - 12; i += 16) {
        const inside = truth[i + NX * (j + NY * k)] === PHANTOM_LABELS.liver;
        if (inside) ball(labels, [i, j, k], 1.5, PHANTOM_LABELS.liver, 0);
        else if (near(truth, [i, j, k])) ball(labels, [i, j, k], 1.5, 0, PHANTOM_LABELS.liver);
      }
  for (let n = 0; n < 15; n++) {
    const turn = (2 * Math.PI * n) / 15;
    const middle = [256 + 190 * Math.cos(turn), 256 + 120 * Math.sin(turn), 60 + 12 * n].map(Math.round);
    ball(labels, middle, 9, 0, 6 + n);
  }
  return labels;
}

/** Whether the liver is ten voxels away to either side. */
const near = (truth: Uint8Array, [i, j, k]: number[]) =>
  [-10, 10].some((step) => truth[i + step + NX * (j + NY * k)] === PHANTOM_LABELS.liver);

/** Turns voxels of `from` within `radius` voxels into `to`. */
function ball(labels: Uint8Array, [i, j, k]: number[], radius: number, from: number, to: number): void {
  const reach = Math.ceil(radius);
  for (let z = -reach; z <= reach; z++)
    for (let y = -reach; y <= reach; y++)
      for (let x = -reach; x <= reach; x++) {
        const at = i + x + NX * (j + y + NY * (k + z));
        if (x * x + y * y + z * z <= radius * radius && labels[at] === from) labels[at] = to;
      }
}

/** Draws `labels` into the reader's one due case, a step a structure, and lets the case go. */
export async function drawStructures(
  { origin, token }: HostAddress,
  { id, reader, call }: StudyOnHost,
  labels: Uint8Array,
): Promise<void> {
  const [{ assignmentId }] = await call<WorklistItem[]>('GET', `/studies/${id}/worklist`, undefined, reader);
  const read = await call<Read>('POST', `/studies/${id}/reads`, { assignmentId }, reader);
  const send = async (path: string, body: Uint8Array | null) => {
    const answer = await fetch(`${origin}/api/studies/${id}/reads/${read.id}/${path}`, {
      method: 'POST',
      headers: {
        'x-concord-token': token,
        'x-concord-lease': read.lease!,
        authorization: `Bearer ${reader}`,
        ...(body ? { 'content-type': 'application/octet-stream' } : {}),
      },
      body: body as Uint8Array<ArrayBuffer> | null,
    });
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`);
  };
  let seq = 0;
  for (const label of Object.values(STRUCTURES)) {
    const at: number[] = [];
    for (let n = 0; n < labels.length; n++) if (labels[n] === label) at.push(n);
    const patch = encodePatch(at, new Uint8Array(at.length), new Uint8Array(at.length).fill(label));
    await send(`patches?seq=${++seq}&tool=brush&label=${label}&milliseconds=400`, patch);
  }
  await send('release', null);
}
