// The first provider that runs, and the next one when it stops running.
import { Problem } from '../contract/problem.ts';
import { firstLine, plainReason, providerInWords } from './providers.ts';
import type { Network } from './run.ts';

export interface ProviderTried {
  provider: string;
  /** One plain sentence. */
  reason: string;
}

export interface OpenedSession {
  network: Network;
  /** Tiles that one run takes at the most on the provider that runs now. */
  readonly batch: number;
  /** The provider that runs now: another one after a failure in the middle of a run. */
  readonly provider: string;
  /** Providers that cannot run this model here, in the order in which they were given up. */
  readonly tried: ProviderTried[];
  /** A sentence for each change of provider during the run. */
  readonly notes: string[];
  /** Asking again is harmless. */
  close(): Promise<void>;
}

interface Opened {
  network: Network;
  batch: number;
  close(): Promise<void>;
}

/**
 * Opens the network on the first of `providers` on which `open` succeeds. When a run fails there later, the next
 * provider is opened and the same tile is run on it; its error reaches the caller only when no provider is left.
 * A Problem is the model's own fault and ends the search at once. Throws Problem `provider-not-available` when none
 * can be opened.
 */
export async function openOnFirst(
  providers: readonly string[],
  open: (provider: string) => Promise<Opened>,
): Promise<OpenedSession> {
  const left = [...providers];
  const tried: ProviderTried[] = [];
  const notes: string[] = [];
  const openNext = async () => {
    for (let provider = left.shift(); provider !== undefined; provider = left.shift()) {
      try {
        return { provider, ...(await open(provider)) };
      } catch (cause) {
        if (cause instanceof Problem) throw cause;
        tried.push({ provider, reason: plainReason(provider, cause) });
      }
    }
    const reasons = tried.map(({ reason }) => reason).join(' ');
    const advice = 'Nothing was written; choose another provider, or auto.';
    throw new Problem('provider-not-available', `${reasons} ${advice}`, { status: 422 });
  };
  let current = await openNext();
  let closing: Promise<void> | null = null;
  const attempt: Network = async (values, shape) => {
    for (;;) {
      try {
        return await current.network(values, shape);
      } catch (cause) {
        if (cause instanceof Problem || left.length === 0) throw cause;
        const { provider, close } = current;
        const name = providerInWords(provider);
        tried.push({ provider, reason: `${name} stopped during the run (${firstLine(cause)}).` });
        await close().catch(() => undefined);
        current = await openNext();
        const follower = current.provider === 'cpu' ? 'the processor' : providerInWords(current.provider);
        notes.push(`${name} stopped during the run; ${follower} went on from there.`);
      }
    }
  };
  // One at a time: a provider that fails is to fail once, and not once more for the run asked for meanwhile.
  let last: Promise<unknown> = Promise.resolve();
  const network: Network = (values, shape) => {
    const run = last.then(() => attempt(values, shape));
    last = run.catch(() => undefined);
    return run;
  };
  return {
    network,
    get batch() {
      return current.batch;
    },
    get provider() {
      return current.provider;
    },
    tried,
    notes,
    close: () => {
      closing ??= current.close();
      return closing;
    },
  };
}
