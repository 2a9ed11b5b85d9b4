// The victim of the kill test: opens a study as Concord does and draws until it is killed. Never part of the app.
// Arguments: study folder, seed. Prints `ready`, then `SEQ KIND SHA-256` for every step that was acknowledged.
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { createMaskService } from '../../electron/backend/masks/service.ts';
import { createReadService } from '../../electron/backend/reads/service.ts';
import { decodeMask, encodeDifference } from '../../electron/contract/mask-bytes.ts';
import { voxelCount } from '../../electron/contract/geometry.ts';
import { createMaskClient } from '../../electron/workers/mask-client.ts';
import maskWork from '../../electron/workers/mask-worker.ts';
import { LABELS, openBareStudy } from '../fixtures/bare-study.ts';

const [folder, seed] = process.argv.slice(2);
const { study, readers } = await openBareStudy(folder);
const reads = createReadService();
const masks = createMaskService({ reads, client: createMaskClient(maskWork) });
const person = readers[0];
const [{ assignmentId }] = await reads.worklist(study, person);
const read = await reads.open(study, assignmentId, person);
const editor = { person, lease: read.lease };
let present = decodeMask((await masks.mask(study, read.id, person)).bytes, voxelCount(read.volume.grid));
let seq = read.lastSeq;
/** What can be undone in this run: the edit and the mask before it. */
const done: { seq: number; before: Uint8Array<ArrayBuffer> }[] = [];
let state = Number(seed) >>> 0;
// The compile cache makes the next start quick; killed processes would never write it.
if (Number(seed) === 1) flushCompileCache();
writeSync(1, 'ready\n');

for (;;) {
  const last = done.at(-1);
  if (last && random() < 0.15) {
    seq++;
    await masks.reverse(study, read.id, editor, { seq, kind: 'undo', target: last.seq });
    acknowledge('undo', new Uint8Array());
    present = last.before;
    done.pop();
    continue;
  }
  const after = scribble(present);
  const bytes = encodeDifference(present, after);
  if (bytes.length === 0) continue;
  seq++;
  await masks.append(study, read.id, editor, { seq, tool: 'brush', label: 0, milliseconds: 5, bytes });
  acknowledge('edit', bytes);
  done.push({ seq, before: present });
  if (done.length > 50) done.shift();
  present = after;
}

/** A synchronous write: once it returns, the test has the line, whatever happens to this process. */
function acknowledge(kind: string, bytes: Uint8Array): void {
  writeSync(1, `${seq} ${kind} ${createHash('sha256').update(bytes).digest('hex')}\n`);
}

/** A few short rows of one label, as a brush leaves them. */
function scribble(mask: Uint8Array): Uint8Array<ArrayBuffer> {
  const after = new Uint8Array(mask);
  const label = [0, ...LABELS][Math.floor(random() * 4)];
  const start = Math.floor(random() * (mask.length - 2000));
  for (let row = 0; row < 8; row++) {
    const from = start + row * 200;
    after.fill(label, from, from + 20 + Math.floor(random() * 60));
  }
  return after;
}

/** A linear congruential generator (Numerical Recipes): the strokes need variety, nothing more. */
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 4294967296;
}
