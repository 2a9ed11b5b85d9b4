// Where worker files are: beside this one when run from source, in the bundle's workers folder when bundled.
import { existsSync } from 'node:fs';

/** The file of a worker or process by name, for example `mask-worker`. */
export function workerEntry(name: string): URL {
  const source = new URL(`./${name}.ts`, import.meta.url);
  return existsSync(source) ? source : new URL(`./workers/${name}.mjs`, import.meta.url);
}
