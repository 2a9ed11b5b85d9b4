// A study's event stream, read with fetch (the sign-in travels in a header) and taken up again when it breaks.
import { StudyEventSchema, type StudyEvent } from '../../electron/contract/jobs.ts';
import { send, studyPath } from './http.ts';
import { createEventParser } from './event-parser.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** The backend pings every 15 s; silence much longer than that means the stream is dead. */
const SILENCE_MS = 45_000;

export interface EventListeners {
  event: (event: StudyEvent) => void;
  /** The stream is open: after a break this is the moment to load afresh what was missed. */
  open: (again: boolean) => void;
}

/** Listens until the returned function is called. */
export function listen(study: string, listeners: EventListeners): () => void {
  const stop = new AbortController();
  void follow(study, listeners, stop.signal);
  return () => stop.abort();
}

async function follow(study: string, listeners: EventListeners, stop: AbortSignal): Promise<void> {
  let wait = FIRST_WAIT_MS;
  let again = false;
  while (!stop.aborted) {
    try {
      await followOnce(study, stop, listeners, () => {
        listeners.open(again);
        again = true;
        wait = FIRST_WAIT_MS;
      });
    } catch {
      // Whatever broke it, the answer is the same: try again, a little later each time.
    }
    if (stop.aborted) return;
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

async function followOnce(
  study: string,
  stop: AbortSignal,
  listeners: EventListeners,
  opened: () => void,
): Promise<void> {
  const end = new AbortController();
  const abort = () => end.abort();
  stop.addEventListener('abort', abort);
  let timer = setTimeout(abort, SILENCE_MS);
  try {
    const response = await send(studyPath(study, '/events'), { study, signal: end.signal });
    opened();
    const parse = createEventParser((data) => {
      const event = StudyEventSchema.safeParse(JSON.parse(data));
      if (event.success) listeners.event(event.data);
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(abort, SILENCE_MS);
      parse(value);
    }
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', abort);
  }
}
