// A run's progress on standard error: one line that is written over in a terminal, a line now and then elsewhere.
import type { InferenceProgress } from '../workers/inference-client.ts';

const IN_WORDS: Record<InferenceProgress['stage'], string> = {
  load: 'starting the model',
  read: 'reading',
  preprocess: 'preparing the volume',
  network: 'running the network',
  postprocess: 'putting the mask together',
  write: 'writing',
};
/** Lines of a log are not to come faster than somebody reads them. */
const LOG_EVERY_MS = 5000;

/** For example `running the network, tile 3 of 8, about 12 s left`. */
export function progressInWords({ stage, done, total, secondsLeft }: InferenceProgress): string {
  const words = [IN_WORDS[stage]];
  if (total > 0) words.push(done < total ? `tile ${done + 1} of ${total}` : 'done');
  if (secondsLeft !== null && done < total) words.push(`about ${timeInWords(secondsLeft)} left`);
  return words.join(', ');
}

/** Whole seconds up to two minutes, then whole minutes; never less than a second. */
function timeInWords(seconds: number): string {
  return seconds < 120 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
}

export interface ProgressLine {
  show(progress: InferenceProgress): void;
  /** Takes the line away in a terminal. */
  clear(): void;
}

interface Screen {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows progress on `screen`; `now` in milliseconds. */
export function progressLine(screen: Screen = process.stderr, now = () => performance.now()): ProgressLine {
  if (screen.isTTY) {
    return {
      show: (progress) => void screen.write(`\r\x1b[K${progressInWords(progress)}`),
      clear: () => void screen.write('\r\x1b[K'),
    };
  }
  let next = -Infinity;
  return {
    show(progress) {
      // The stages around the network are short; where nobody watches, its tiles are what there is to wait for.
      if (progress.stage !== 'network' || now() < next) return;
      next = now() + LOG_EVERY_MS;
      screen.write(`${progressInWords(progress)}\n`);
    },
    clear: () => undefined,
  };
}
