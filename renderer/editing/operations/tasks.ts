// What the page asks of the worker and what comes back. One task at a time; a task may come in several blocks.
import type { EditRule, ValueRange } from '../permissions.ts';
import type { PlaneSheet } from '../plane-sheet.ts';
import type { Block, Values } from './block.ts';
import { livewire, type LivewireTask } from './livewire.ts';
import { actedOn, propose, type Operation } from './operation.ts';
import { growFromScribbles } from './scribbles.ts';
import { Changes, type Settled } from './settle.ts';
import { sheetToleranceMap } from './sheet-growth.ts';
import { toleranceMap, type GrowthTask } from './tolerance-map.ts';

export interface OperateTask {
  kind: 'operate';
  operation: Operation;
  rule: EditRule;
  block: Block;
  /** Blocks of one operation come in ascending order; the last one brings the answer. */
  last: boolean;
}

/** Region growing: answers a map of tolerances (tolerance-map.ts). */
export interface GrowTask extends Guard {
  kind: 'grow';
  block: Block;
  start: number;
  reference: number;
  step: number;
  most: number;
}

/** Grow from scribbles: answers 1 for the structure and 2 for what is outside (scribbles.ts). */
export interface GrowScribblesTask extends Guard {
  kind: 'scribbles';
  block: Block;
  seeds: Uint8Array<ArrayBuffer>;
}

export interface WireTask extends LivewireTask {
  kind: 'livewire';
}

/** Where growing may go: labels it may pass through, and values. */
export interface Guard {
  open: Uint8Array;
  range: ValueRange | null;
}

/** Flood fill on a plane at any angle: a map of tolerances over the plane's own voxels. */
export interface FloodTask extends GrowthTask {
  kind: 'flood';
  sheet: PlaneSheet;
}

export type Task = OperateTask | GrowTask | GrowScribblesTask | WireTask | FloodTask;

/** 1 where growing may not go. */
export function barrierOf(
  { labels, values }: Pick<Block, 'labels' | 'values'>,
  { open, range }: Guard,
): Uint8Array<ArrayBuffer> {
  const barrier = new Uint8Array(labels.length);
  for (let n = 0; n < barrier.length; n++) {
    if (open[labels[n]] === 0) barrier[n] = 1;
    else if (range && !(values![n] >= range.low && values![n] <= range.high)) barrier[n] = 1;
  }
  return barrier;
}

export type Reply =
  | { kind: 'progress'; share: number }
  /** The block is done; the next one may come. */
  | { kind: 'next' }
  | { kind: 'done'; result: unknown }
  | { kind: 'failed'; message: string };

const PROGRESS_EVERY_MS = 50;

/** Carries out tasks as they come; `reply` may transfer the buffers it names. */
export class TaskHandler {
  private readonly reply: (message: Reply, transfer?: ArrayBuffer[]) => void;
  private changes: Changes | null = null;
  private lastReport = 0;

  constructor(reply: (message: Reply, transfer?: ArrayBuffer[]) => void) {
    this.reply = reply;
  }

  handle(task: Task): void {
    try {
      if (task.kind === 'operate') this.operate(task);
      else {
        const result = this.compute(task);
        this.reply({ kind: 'done', result }, [result.buffer]);
      }
    } catch (error) {
      this.changes = null;
      this.reply({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }

  private compute(
    task: Exclude<Task, OperateTask>,
  ): (Values & { buffer: ArrayBuffer }) | Int32Array<ArrayBuffer> {
    if (task.kind === 'livewire') return livewire(task);
    if (task.kind === 'flood') return sheetToleranceMap(task.sheet, task);
    const { block } = task;
    const { shape, spacing } = block;
    const [values, barrier] = [block.values!, barrierOf(block, task)];
    if (task.kind === 'grow') return toleranceMap({ ...task, values, shape, barrier });
    const { seeds } = task;
    return growFromScribbles({ values, shape, spacing, barrier, seeds }, (share) => this.report(share));
  }

  private operate({ operation, rule, block, last }: OperateTask): void {
    this.changes ??= new Changes();
    const next = propose(operation, block, (share) => this.report(share));
    this.changes.add(block, next, rule, actedOn(operation));
    if (!last) {
      this.reply({ kind: 'next' });
      return;
    }
    const settled: Settled = this.changes.finish();
    this.changes = null;
    this.reply({ kind: 'done', result: settled }, settled.bytes ? [settled.bytes.buffer] : []);
  }

  private report(share: number): void {
    const now = performance.now();
    if (now - this.lastReport < PROGRESS_EVERY_MS) return;
    this.lastReport = now;
    this.reply({ kind: 'progress', share });
  }
}
