// The networks of a model, most often one, opened one after the other so that only one is in memory.
import type { ProviderName } from '../contract/models.ts';
import type { OpenedSession, ProviderTried } from './fallback.ts';
import type { LoadedModel } from './load-model.ts';
import { providersFor } from './providers.ts';
import type { Network } from './run.ts';
import { openSession } from './session.ts';

export interface OpenedModel {
  /** How many networks there are. */
  readonly count: number;
  /** Tiles that one run takes at the most. */
  readonly batch: number;
  /** Network `n`; the one before is let go, so they are asked for in order. */
  network(n: number): Promise<Network>;
  /** What runs now, and what was found about providers so far. */
  readonly provider: string;
  readonly tried: ProviderTried[];
  readonly notes: string[];
  /** Asking again is harmless. */
  close(): Promise<void>;
}

/** Opens the first network. Throws the Problems of `openSession`, which later networks may throw too. */
export async function openModel(model: LoadedModel, preference: ProviderName): Promise<OpenedModel> {
  const paths = model.networks.map(({ path }) => path);
  const providers = providersFor(preference);
  const tried: ProviderTried[] = [];
  const notes: string[] = [];
  let session: OpenedSession = await openSession(model, preference);
  let current = 0;
  return {
    count: paths.length,
    async network(n) {
      if (n !== current) {
        tried.push(...session.tried);
        notes.push(...session.notes);
        await session.close();
        // What did not run for the first network is not tried again.
        const left = providers.slice(Math.max(0, providers.indexOf(session.provider)));
        session = await openSession(model, preference, { path: paths[n], providers: left });
        current = n;
      }
      return session.network;
    },
    get batch() {
      return session.batch;
    },
    get provider() {
      return session.provider;
    },
    get tried() {
      return [...tried, ...session.tried];
    },
    get notes() {
      return [...notes, ...session.notes];
    },
    close: () => session.close(),
  };
}
