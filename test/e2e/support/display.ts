// A screen for windows on a machine without one.
import { spawn, spawnSync } from 'node:child_process';

export interface Display {
  name: string;
  close(): void;
}

/** The machine's own display, or a virtual one by Xvfb; null when there is neither. */
export async function openDisplay(): Promise<Display | null> {
  if (process.platform !== 'linux') return { name: '', close: () => undefined };
  const own = process.env['DISPLAY'];
  if (own) return { name: own, close: () => undefined };
  if (spawnSync('sh', ['-c', 'command -v Xvfb']).status !== 0) return null;
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  // Xvfb chooses a free number itself and writes it down once it listens.
  const number = await new Promise<string>((resolve, reject) => {
    server.stdio[3]!.once('data', (text) => resolve(String(text).trim()));
    server.once('exit', () => reject(new Error('Xvfb did not start')));
  });
  return { name: `:${number}`, close: () => server.kill() };
}
