// How far the making of the demo study is, for whoever asks: the page, the terminal.
import type { DemoState } from '../../contract/host.ts';

/** Fewer seconds than this say nothing about the rest. */
const TELLS_AFTER_S = 4;

export interface DemoProgress {
  /** `fraction` 0…1 of the whole time. */
  at(step: string, fraction: number): void;
  ready(): void;
  failed(reason: string): void;
  state(): DemoState;
}

/** `exists` says whether the study lies there already; `now` is in milliseconds. */
export function demoProgress(exists: () => boolean, now: () => number = Date.now): DemoProgress {
  let making: { step: string; fraction: number; since: number } | null = null;
  let began = 0;
  let reason: string | null = null;
  return {
    at(step, fraction) {
      if (!making) began = now();
      reason = null;
      making = { step, fraction, since: now() };
    },
    ready() {
      making = null;
    },
    failed(why) {
      making = null;
      reason = why;
    },
    state() {
      if (making) {
        const { step, fraction, since } = making;
        return { state: 'making', step, fraction, secondsLeft: secondsLeft(fraction, began, since, now()) };
      }
      if (exists()) return { state: 'ready' };
      return reason === null ? { state: 'none' } : { state: 'failed', reason };
    },
  };
}

/** From how long the done part took; counted down while a step lasts. */
function secondsLeft(fraction: number, began: number, since: number, at: number): number | null {
  const took = (since - began) / 1000;
  if (fraction <= 0 || took < TELLS_AFTER_S) return null;
  return Math.max(0, Math.round((took * (1 - fraction)) / fraction - (at - since) / 1000));
}
