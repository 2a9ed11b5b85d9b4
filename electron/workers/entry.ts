// Where worker files are: beside this file when run from source, in out/electron/workers when bundled.
import { existsSync } from 'node:fs';

/** The file of a worker or process by name, for example `mask-worker`: what Worker, fork and piscina take. */
export function workerEntry(name: string): URL {
  const source = new URL(`./${name}.ts`, import.meta.url);
  if (existsSync(source)) return source;
  // A bundled worker lies beside the other workers, the bundled main process one folder above them.
  const beside = new URL(`./${name}.mjs`, import.meta.url);
  return unpacked(existsSync(beside) ? beside : new URL(`./workers/${name}.mjs`, import.meta.url));
}

/** A packaged application keeps its workers outside its archive, because threads and processes cannot start in one. */
function unpacked(entry: URL): URL {
  return new URL(entry.href.replace('/app.asar/', '/app.asar.unpacked/'));
}
