// Where strokes go: numbered without gaps, one after another, sent again while the answer is missing.
import { Problem } from '../../electron/contract/problem.ts';
import { isSignedOut } from './http.ts';
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
  /** Called when the backend does not know this person any more: the step waits for `resume`. */
  onSignedOut?: () => void;
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
  private resumed: (() => void)[] = [];
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

  /** Somebody signed in again: what waited for it is sent. */
  resume(): void {
    this.resumed.splice(0).forEach((resolve) => resolve());
  }

  /** Gives up waiting for a backend that does not answer, or for somebody to sign in. */
  stop(): void {
    this.stopped = true;
    this.resume();
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
    const { onWaiting, onSignedOut, wait = pause } = this.options;
    let delay = FIRST_WAIT_MS;
    for (let tries = 0; ; tries++) {
      try {
        const { seq } = await send(this.last + 1);
        this.last = seq;
        if (tries > 0) onWaiting?.(false);
        return { seq };
      } catch (error) {
        if (this.stopped) throw error;
        if (onSignedOut && isSignedOut(error)) {
          const resumed = new Promise<void>((resolve) => this.resumed.push(resolve));
          onSignedOut();
          await resumed;
        } else if (error instanceof Problem && error.code === 'backend-unreachable') {
          onWaiting?.(true);
          await wait(delay);
          delay = Math.min(delay * 2, LONGEST_WAIT_MS);
        } else throw error;
      }
    }
  }
}
