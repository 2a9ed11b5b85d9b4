// The browser host: the backend and the page on 127.0.0.1, for a browser on this machine.
import { serve } from '@hono/node-server';
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { Problem } from './contract/problem.ts';
import { createBackend, type Backend } from './backend/index.ts';
import { createGuard, type Guard } from './host/guard.ts';
import { hardened, pageResponse, plain } from './host/pages.ts';
import { concordHome, concordVersion, modelsFolder, pagesFolder } from './host/paths.ts';

export interface ServeOptions {
  /** Serve this one study; all studies of the home otherwise. */
  study?: string;
  /** 0 chooses a free one. */
  port?: number;
  home?: string;
  /** Of the models that come with Concord; its own when absent. */
  modelsFolder?: string;
  /** Chosen at random when absent. */
  token?: string;
  now?: () => number;
  /** The clock of the idle lock, for tests. */
  monotonic?: () => number;
}

export interface BrowserHost {
  /** With the launch token: what a person opens. */
  address: string;
  origin: string;
  token: string;
  backend: Backend;
  close(): Promise<void>;
}

/** Starts the browser host. Throws Problem `port-in-use` and whatever opening the study throws. */
export async function startBrowserHost(options: ServeOptions = {}): Promise<BrowserHost> {
  const pages = pagesFolder();
  const backend = await createBackend({
    home: options.home ?? concordHome(),
    host: 'browser',
    study: options.study,
    modelsFolder: options.modelsFolder ?? modelsFolder(),
    version: concordVersion(),
    now: options.now,
    monotonic: options.monotonic,
  });
  const token = options.token ?? randomBytes(18).toString('base64url');
  let guard: Guard | null = null;
  const server = serve({
    hostname: '127.0.0.1',
    port: options.port ?? 0,
    async fetch(request: Request): Promise<Response> {
      const refusal = guard ? guard.check(request) : plain(503, 'Concord is starting; try again.');
      if (refusal) return refusal;
      const { pathname } = new URL(request.url);
      if (pathname.startsWith('/api/')) return hardened(await backend.fetch(request));
      if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'This can only be read.');
      return pageResponse(pages, pathname);
    },
  }) as Server;
  const port = await listeningPort(server, options.port ?? 0).catch(async (problem: unknown) => {
    await backend.close();
    throw problem;
  });
  const origin = `http://127.0.0.1:${port}`;
  guard = createGuard(origin, token);
  return {
    origin,
    token,
    backend,
    address: `${origin}/?token=${token}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await backend.close();
    },
  };
}

async function listeningPort(server: Server, wanted: number): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve);
      server.once('error', reject);
      if (server.listening) resolve();
    });
  } catch (cause) {
    throw new Problem(
      'port-in-use',
      `Port ${wanted} cannot be used on this machine: another program has it, or it needs more rights. Choose another with --port.`,
      { cause },
    );
  }
  const address = server.address();
  return typeof address === 'object' && address ? address.port : wanted;
}

/** Keeps a host running until the process is asked to stop, then closes it in good order. */
export function stopOnSignals(close: () => Promise<void>): void {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void close().finally(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}
