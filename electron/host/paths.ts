// Where Concord keeps its things, from source and from the bundle.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder that holds package.json, models/ and out/: the checkout, or the packaged application. */
export function concordRoot(): string {
  for (const up of ['../..', '..', '.']) {
    const folder = new URL(`${up}/`, import.meta.url).pathname;
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'models'))) return folder;
  }
  throw new Error('Concord cannot find its own files; install it again.');
}

export function concordVersion(): string {
  const file = join(concordRoot(), 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Settings, recent studies, models, the demo. CONCORD_HOME moves it. */
export function concordHome(): string {
  const chosen = process.env['CONCORD_HOME'];
  if (chosen) return chosen;
  if (process.platform === 'win32') return join(process.env['APPDATA'] ?? homedir(), 'Concord');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Concord');
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'concord');
}
