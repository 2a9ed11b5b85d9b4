// The browser host in a process of its own, with an empty home.
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HostAddress } from '../../test/fixtures/study-on-host.ts';
import { folder as benchFolder } from './material.ts';

export interface RunningHost {
  child: ChildProcess;
  address: HostAddress;
  /** Ends the process and removes its home. */
  stop(): Promise<void>;
}

/** Starts a host; throws when it ends before it has an address. */
export async function startHost(): Promise<RunningHost> {
  const home = mkdtempSync(join(benchFolder, 'home-'));
  const child = fork(fileURLToPath(new URL('host.ts', import.meta.url)), [home], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    execArgv: [],
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout!.once('data', (text) => resolve(String(text)));
    child.once('exit', () => reject(new Error('the host did not start')));
  });
  return {
    child,
    address: JSON.parse(line) as HostAddress,
    async stop() {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
      rmSync(home, { recursive: true, force: true });
    },
  };
}
