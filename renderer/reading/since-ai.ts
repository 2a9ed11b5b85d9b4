// What the reader changed since the AI mask: per structure what came and went, and how much still agrees.
import { forEachMaskRun } from '../../electron/contract/mask-bytes.ts';
import type { PatchEntry } from '../../electron/contract/reads.ts';

export const AI_TOOL = 'AI proposal';

export interface Change {
  added: number;
  removed: number;
  /** Drawn by the AI and still there. */
  kept: number;
  /** Dice of the structure now against the AI's; null when both are empty. */
  dice: number | null;
}

/**
 * The step that brought the AI mask which the reader goes by: 0 where the read began with it, null where there is none.
 * `undo` are the edits that hold, in their order.
 */
export function stepOfAi(
  entries: readonly PatchEntry[],
  undo: readonly number[],
  baseIsProposal: boolean,
): number | null {
  const tools = new Map(entries.map((entry) => [entry.seq, entry.tool]));
  return undo.findLast((seq) => tools.get(seq) === AI_TOOL) ?? (baseIsProposal ? 0 : null);
}

/** Voxels looked at between two pauses: a few milliseconds of work. */
const PORTION = 2_000_000;

/**
 * Compares the mask as it is with the AI's, pausing every few milliseconds so that the hand never waits. Null when
 * `stale` says that the mask has changed meanwhile.
 */
export async function compareWithAi(
  labels: Uint8Array,
  counts: Uint32Array,
  ai: Uint8Array,
  stale: () => boolean,
  pause: () => Promise<void>,
): Promise<Map<number, Change> | null> {
  const runs: [number, number, number][] = [];
  forEachMaskRun(ai, (start, length, label) => {
    for (let at = start; at < start + length; at += PORTION) {
      runs.push([at, Math.min(at + PORTION, start + length), label]);
    }
  });
  const before = new Float64Array(256);
  const kept = new Float64Array(256);
  let looked = 0;
  for (const [start, end, label] of runs) {
    before[label] += end - start;
    if (label !== 0) {
      let same = 0;
      for (let at = start; at < end; at++) if (labels[at] === label) same++;
      kept[label] += same;
      looked += end - start;
    }
    if (looked < PORTION) continue;
    looked = 0;
    await pause();
    if (stale()) return null;
  }
  const changes = new Map<number, Change>();
  for (let label = 1; label < 256; label++) {
    const both = counts[label] + before[label];
    if (both === 0) continue;
    changes.set(label, {
      added: counts[label] - kept[label],
      removed: before[label] - kept[label],
      kept: kept[label],
      dice: (2 * kept[label]) / both,
    });
  }
  return changes;
}
