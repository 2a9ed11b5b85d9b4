// Where strokes go: numbered without gaps, one after another, sent again while the answer is missing.
import { Problem } from '../../electron/contract/problem.ts';
import * as reads from './reads.ts';

export interface PatchMeta {
  tool: string;
  label: number;
  /** How long the hand was at it. */
  milliseconds: number;
}

export interface PatchSinkOptions {
  study: string;
  read: string;
  lease: string;
  /** The number of the last step that is stored; the next is one more. */
  lastSeq: number;
  /** Called when a step waits for a backend that does not answer, and again when it does. */
  onWaiting?: (waiting: boolean) => void;
  wait?: (milliseconds: number) => Promise<void>;
}

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;
const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/**
 * Stores the steps of a read in order. The backend knows a step that is sent twice by its number and its bytes, so
 * sending again after a lost answer is safe. Refusals (lease lost, sealed, disk full) are thrown as Problem and do
 * not use up a number.
 */
export class ReadPatchSink {
  private last: number;
  private tail: Promise<unknown> = Promise.resolve();
  private stopped = false;
  private readonly options: PatchSinkOptions;

  constructor(options: PatchSinkOptions) {
    this.options = options;
    this.last = options.lastSeq;
  }

  get lastSeq(): number {
    return this.last;
  }

  append(bytes: Uint8Array<ArrayBuffer>, meta: PatchMeta): Promise<{ seq: number }> {
    const { study, read, lease } = this.options;
    return this.inTurn((seq) => reads.appendPatch(study, read, lease, bytes, { seq, ...meta }));
  }
  undo(target: number): Promise<{ seq: number }> {
    return this.step('undo', target);
  }
  redo(target: number): Promise<{ seq: number }> {
    return this.step('redo', target);
  }

  /** Goes on after `lastSeq`: steps were stored from elsewhere (an AI mask), and the mask was loaded afresh. */
  follow(lastSeq: number): void {
    this.last = lastSeq;
  }

  /** Gives up waiting for a backend that does not answer. */
  stop(): void {
    this.stopped = true;
  }

  private step(kind: 'undo' | 'redo', target: number): Promise<{ seq: number }> {
    const { study, read, lease } = this.options;
    return this.inTurn((seq) => reads.step(study, read, lease, kind, seq, target));
  }

  private inTurn(send: (seq: number) => Promise<{ seq: number }>): Promise<{ seq: number }> {
    const result = this.tail.then(() => this.untilAnswered(send));
    this.tail = result.catch(() => undefined);
    return result;
  }

  private async untilAnswered(send: (seq: number) => Promise<{ seq: number }>): Promise<{ seq: number }> {
    const { onWaiting, wait = pause } = this.options;
    let delay = FIRST_WAIT_MS;
    for (let tries = 0; ; tries++) {
      try {
        const { seq } = await send(this.last + 1);
        this.last = seq;
        if (tries > 0) onWaiting?.(false);
        return { seq };
      } catch (error) {
        const unreachable = error instanceof Problem && error.code === 'backend-unreachable';
        if (!unreachable || this.stopped) throw error;
        onWaiting?.(true);
        await wait(delay);
        delay = Math.min(delay * 2, LONGEST_WAIT_MS);
      }
    }
  }
}
