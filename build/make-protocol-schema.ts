// Writes electron/contract/protocol.schema.json from the protocol's own definition; a test says when it is out of date.
import { writeFileSync } from 'node:fs';
import { protocolJsonSchema } from '../electron/contract/study.ts';

const file = new URL('../electron/contract/protocol.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(protocolJsonSchema(), null, 2)}\n`);
