// Opens the demo study for a host that starts on it, and says what it is doing while it makes one.
import type { Backend } from '../backend/index.ts';

/** The page's address of the demo study, from the #. Made on first use, which takes a while. */
export async function openDemo(backend: Backend, say: (line: string) => void): Promise<string> {
  let shown = '';
  const study = await backend.services.demo.open((step) => {
    if (step === shown) return;
    if (shown === '') say('Concord: making the demo study (once) …');
    shown = step;
    say(`  ${step}`);
  });
  return `#/study/${encodeURIComponent(study.id)}/sign-in`;
}
