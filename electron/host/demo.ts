// Has the demo study made for a host that starts on it, and says in the terminal what it is doing.
import type { Backend } from '../backend/index.ts';

/** The page that opens the demo study, and shows how far it is while it is made. */
export const DEMO_PAGE = '#/demo';

/** Makes the demo study where it is missing, which takes a minute or so; never throws. */
export async function makeDemo(backend: Backend, say: (line: string) => void): Promise<void> {
  let shown = '';
  try {
    await backend.services.demo.open((step) => {
      if (step === shown) return;
      if (shown === '') say('Concord: making the demo study (once) …');
      shown = step;
      say(`  ${step}`);
    });
    if (shown !== '') say('Concord: the demo study is ready.');
  } catch (error) {
    // The workstation is of use without its demo, and its page says the same with a way to try again.
    say(
      `Concord: the demo study could not be made: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
