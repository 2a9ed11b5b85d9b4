// Who may import whom. The one table of the house, as data, and the sentence that names a breach of it.
import { posix } from 'node:path';
import type { FoundImport } from './imports.ts';

/** Layer → the layers it may import besides itself. `*` is everything of ours. */
const MAY_IMPORT: Record<string, string[]> = {
  contract: [],
  agreement: [],
  imaging: ['contract'],
  inference: ['contract', 'imaging'],
  database: ['contract'],
  workers: ['contract', 'imaging', 'inference', 'agreement'],
  backend: ['contract', 'database', 'workers'],
  host: ['contract', 'backend'],
  renderer: ['contract'],
  shell: ['*'],
  outside: ['*'],
};

/** Packages that only some files may import: package → those files. */
const ONLY_IN: { packages: RegExp; files: RegExp; place: string }[] = [
  {
    packages: /^electron($|\/)/,
    files: /^electron\/(main|preload)\.ts$/,
    place: 'electron/main.ts and electron/preload.ts',
  },
  { packages: /^@kitware\/vtk\.js/, files: /^renderer\/viewer\//, place: 'renderer/viewer/' },
  { packages: /^better-sqlite3$/, files: /^electron\/database\//, place: 'electron/database/' },
  {
    packages: /^onnxruntime-node$/,
    files: /^electron\/(inference|workers)\//,
    place: 'electron/inference/ and electron/workers/',
  },
];

/** What the backend's features share with one another: their services, and the doors they opened by name. */
const FEATURE_DOORS = [
  /\/service\.ts$/,
  /\/cases\/volumes\.ts$/,
  /\/reads\/(assignments|design|questions)\.ts$/,
  /\/reads\/editor\.ts$/,
  /\/cases\/uploads\.ts$/,
  /\/models\/library\.ts$/,
  /\/studies\/registry\.ts$/,
];

/** The layer of a file, by its path from the root with forward slashes. */
export function layerOf(path: string): string {
  if (/^electron\/(main|preload|serve|cli)\.ts$/.test(path) || path.startsWith('electron/cli/'))
    return 'shell';
  const inElectron = /^electron\/([^/]+)\//.exec(path)?.[1];
  if (inElectron) return inElectron;
  return path.startsWith('renderer/') ? 'renderer' : 'outside';
}

/** The backend's feature of a file; null for what its features stand on (context, http, services …). */
function featureOf(path: string): string | null {
  const folder = /^electron\/backend\/([^/]+)\//.exec(path)?.[1] ?? null;
  return folder === 'http' ? null : folder;
}

function breachOfOurs(from: string, to: string, typeOnly: boolean): string | null {
  const [layer, target] = [layerOf(from), layerOf(to)];
  if (layer === 'outside') return null;
  if (/\.svelte\.ts$/.test(from) && to.endsWith('.svelte')) {
    return 'a state class never imports a view';
  }
  if (target === 'shell') {
    return layer === 'shell' ? null : 'nothing imports main, preload, serve or the command line';
  }
  if (layer === 'shell') return null;
  if (target === 'outside') return 'the program imports nothing from build/ or test/';
  if (layer === 'renderer' && to === 'electron/backend/index.ts') {
    return typeOnly ? null : 'the page may take types of the backend’s Api, and nothing that runs';
  }
  if (layer === 'backend' && target === 'backend') return breachOfFeatures(from, to);
  if (layer === target) return null;
  const allowed = MAY_IMPORT[layer];
  if (!allowed) return `${layer}/ has no line in the table of layers (build/layers/rules.ts)`;
  if (allowed.includes(target)) return null;
  const may = allowed.length ? `only ${allowed.join(', ')}` : 'nothing of ours';
  return `${layer} may import ${may}, not ${target}`;
}

function breachOfFeatures(from: string, to: string): string | null {
  const [feature, other] = [featureOf(from), featureOf(to)];
  if (other === null || feature === other) return null;
  // The backend's own root wires the features together.
  if (feature === null && !from.startsWith('electron/backend/http/')) return null;
  if (FEATURE_DOORS.some((door) => door.test(to))) return null;
  return `${feature ?? 'http'} reaches into the feature ${other}: go through its service.ts`;
}

function breachOfPackages(from: string, specifier: string): string | null {
  const layer = layerOf(from);
  for (const { packages, files, place } of ONLY_IN) {
    if (packages.test(specifier) && !files.test(from)) return `only ${place} may import ${specifier}`;
  }
  if (layer === 'contract' && specifier !== 'zod') return `contract imports zod only, not ${specifier}`;
  if (layer === 'renderer' && specifier.startsWith('node:')) return 'the page has no Node';
  return null;
}

/** The breach as a sentence, or null. `from` is a path from the root; tests may import what they test. */
export function breach(from: string, found: FoundImport): string | null {
  if (/\.test\.ts$|\/test-[a-z-]+\.ts$/.test(from) || layerOf(from) === 'outside') return null;
  const { specifier, typeOnly } = found;
  if (!specifier.startsWith('.')) return breachOfPackages(from, specifier);
  return breachOfOurs(from, posix.join(posix.dirname(from), specifier.replace(/[?#].*$/, '')), typeOnly);
}
