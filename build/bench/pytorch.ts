// Imported networks on the processor beside PyTorch: same weights, same patch, same number of threads, one after the other.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { importCheckpoint } from '../../electron/inference/checkpoint/index.ts';
import { loadModel } from '../../electron/inference/load-model.ts';
import { openSession } from '../../electron/inference/session.ts';
import type { Triple } from '../../electron/contract/geometry.ts';
import { readNpy } from '../../test/fixtures/npy.ts';
import { root } from './material.ts';
import { quantile, type Bench, type Row } from './rows.ts';

const PYTHON = '/usr/bin/python3';
const PEER = join(import.meta.dirname, 'pytorch_peer.py');
const REFERENCES = join(root, '..', 'shared', 'data', 'checkpoints');
/** Counted runs of each; two more before them do not count. */
const RUNS = 9;
/** Idle threads of either side spin for a moment after a run; the other one waits until they sleep. */
const PAUSE_MS = 150;

interface Answer {
  ms: number;
  scores: string;
  torch: string;
}

export const pytorch: Bench = {
  name: 'pytorch',
  async run(say) {
    const asked = spawnSync(PYTHON, ['-c', 'import torch, numpy'], { stdio: 'ignore' });
    if (asked.status !== 0) throw new Error('needs python3-torch and python3-numpy (Debian)');
    const home = mkdtempSync(join(tmpdir(), 'concord-pytorch-'));
    try {
      const rows: Row[] = [];
      for (const [what, folder] of networks(home)) {
        say(`${what}, here and in PyTorch in turn …`);
        rows.push(await compare(what, folder, home));
      }
      return rows;
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
};

/** Folders to compare on: the references where they are, and a wider network of PanSegNet's shape made here. */
function networks(home: string): [string, string][] {
  const references = ['nnunet-v1-ct', 'pansegnet-v1-mr', 'pansegnet-v1-mr-d512'].filter((name) =>
    existsSync(join(REFERENCES, name)),
  );
  const made = join(home, 'made');
  const { status, stderr } = spawnSync(PYTHON, [PEER, '--write', made, '32'], { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`PyTorch could not write a checkpoint: ${stderr.trim().split('\n').at(-1)}`);
  return [
    ...references.map((name): [string, string] => [name, join(REFERENCES, name)]),
    ['PanSegNet’s shape, 32 to 256 features, 40×48×48', made],
  ];
}

/** The folder that holds plans.pkl, at any depth. */
function trainedIn(folder: string): string {
  const [first] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('plans.pkl'),
  );
  return join(folder, first, '..');
}

async function compare(what: string, folder: string, home: string): Promise<Row> {
  const outputFolder = mkdtempSync(join(home, 'model-'));
  rmSync(outputFolder, { recursive: true });
  await importCheckpoint(folder, { outputFolder });
  const threads = availableParallelism();
  const session = await openSession(await loadModel(outputFolder), 'cpu');
  const patch = join(home, 'input_patch.npy');
  copyFileSync(join(folder, 'input_patch.npy'), patch);
  const { data, shape } = readNpy(patch);
  const peer = startPeer(trainedIn(folder), threads);
  const times = { ours: [] as number[], theirs: [] as number[] };
  let torch = '';
  try {
    for (let n = -2; n < RUNS; n++) {
      const began = performance.now();
      const { scores } = await session.network(data as Float32Array, shape.slice(2) as Triple);
      const ours = performance.now() - began;
      await pause();
      const answer = await peer.ask(patch);
      await pause();
      if (n === -2) mustAgree(what, scores, answer.scores);
      torch = answer.torch;
      if (n < 0) continue;
      times.ours.push(ours);
      times.theirs.push(answer.ms);
    }
  } finally {
    peer.stop();
    await session.close();
  }
  const value = quantile(times.theirs, 0.5);
  return {
    what: `${what}: network on its patch`,
    samples: times.ours,
    unit: 'ms',
    target: { limit: Math.round(value * 10) / 10, of: 'median' },
    peer: { name: `PyTorch ${torch}, ${threads} threads`, value },
  };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** A fast wrong answer is worth nothing: both must give the same scores, within 1e-4 of their range. */
function mustAgree(what: string, ours: Float32Array, path: string): void {
  const bytes = readFileSync(path);
  const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  let [worst, low, high] = [0, Infinity, -Infinity];
  for (let n = 0; n < theirs.length; n++) {
    worst = Math.max(worst, Math.abs(theirs[n] - ours[n]));
    low = Math.min(low, theirs[n]);
    high = Math.max(high, theirs[n]);
  }
  if (theirs.length !== ours.length || !(worst <= 1e-4 * (high - low))) {
    throw new Error(`${what}: PyTorch's scores differ by ${worst} of a range of ${high - low}`);
  }
}

/** A PyTorch process that keeps the network in memory and runs it when asked. */
function startPeer(folder: string, threads: number) {
  const child = spawn(PYTHON, [PEER, folder, String(threads)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Without it OpenMP's threads spin at every barrier, and lose their turn on a busy machine.
    env: { ...process.env, OMP_WAIT_POLICY: 'PASSIVE' },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(patch: string): Promise<Answer> {
      child.stdin.write(`${patch}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`PyTorch ended without an answer for ${folder}`);
      return JSON.parse(value as string) as Answer;
    },
    stop: () => child.stdin.end(),
  };
}
