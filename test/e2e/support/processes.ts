// Other processes that the tests in a browser need: a served study, and the children of this process.
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../../electron/cli.ts', import.meta.url));

/** Serves a study from a process of its own, as the command line does; answers with its address. */
export async function serveStudy(
  study: string,
  home: string,
): Promise<{ address: string; origin: string; token: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [cli, 'serve', study], {
    env: { ...process.env, CONCORD_HOME: home, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /http:\S+/.exec(said);
      if (found) resolve(found[0]);
    });
    child.once('exit', (code) => reject(new Error(`concord serve ended with ${code}: ${said}`)));
  });
  const { origin, searchParams } = new URL(address);
  return { address, origin, token: searchParams.get('token')!, child };
}

/** Processes that this one started and whose command line names `what`. Linux; elsewhere none are found. */
export function processesOf(what: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = Number(
          readFileSync(`/proc/${pid}/stat`, 'utf8')
            .replace(/^.*\) /, '')
            .split(' ')[1],
        );
        return parent === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(what);
      } catch {
        return false; // gone meanwhile
      }
    });
}
