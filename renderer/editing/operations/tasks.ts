// What the page asks of the worker and what comes back. One task at a time; a task may come in several blocks.
import type { EditRule } from '../permissions.ts';
import type { Block } from './block.ts';
import { actedOn, propose, type Operation } from './operation.ts';
import { Changes, type Settled } from './settle.ts';

export interface OperateTask {
  kind: 'operate';
  operation: Operation;
  rule: EditRule;
  block: Block;
  /** Blocks of one operation come in ascending order; the last one brings the answer. */
  last: boolean;
}

export type Task = OperateTask;

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
      this.operate(task);
    } catch (error) {
      this.changes = null;
      this.reply({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
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
