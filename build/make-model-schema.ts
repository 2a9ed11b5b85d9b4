// Writes models/manifest.schema.json from the manifest's own definition; a test says when it is out of date.
import { mkdirSync, writeFileSync } from 'node:fs';
import { manifestJsonSchema } from '../electron/inference/manifest.ts';

const folder = new URL('../models/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('manifest.schema.json', folder), `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`);
