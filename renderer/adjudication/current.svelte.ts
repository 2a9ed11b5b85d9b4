// The adjudication that is open, for its commands.
import type { Adjudication } from './adjudication.svelte.ts';

class CurrentAdjudication {
  it = $state.raw<Adjudication | null>(null);
}

export const currentAdjudication = new CurrentAdjudication();
