// Where Concord keeps its things, from source and from the bundle.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json and out/: the checkout, or the packaged application. */
export function concordRoot(): string {
  for (const up of ['../..', '..', '.']) {
    const folder = fileURLToPath(new URL(up, import.meta.url));
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  throw new Error('Concord cannot find its own files; install it again.');
}

/** The built page. */
export function pagesFolder(): string {
  return join(concordRoot(), 'out', 'renderer');
}

/** The models that come with Concord. A packaged application keeps them outside its archive, where native code reads. */
export function modelsFolder(): string {
  return join(concordRoot().replace(/app\.asar$/, 'app.asar.unpacked'), 'models');
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
