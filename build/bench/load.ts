// Loading a volume beside a bare gunzip of the same file.
import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { canonicalise, readVolume } from '../../electron/imaging/index.ts';
import { material } from './material.ts';
import { quantile, repeat, type Bench } from './rows.ts';

/** Everything out of the file and into nothing, in chunks as large as Concord's. */
export function bareGunzip(path: string): Promise<void> {
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
  return pipeline(
    createReadStream(path, { highWaterMark: 1 << 20 }),
    createGunzip({ chunkSize: 1 << 20 }),
    nothing,
  );
}

export const load: Bench = {
  name: 'load',
  async run(say) {
    const { image } = await material(say);
    const bare = quantile(await repeat(5, () => bareGunzip(image)), 0.5);
    const peer = { name: 'bare gunzip', value: bare };
    const read = await repeat(5, () => readVolume(image));
    const volume = await readVolume(image);
    return [
      {
        what: 'NIfTI 512×512×300 .nii.gz → volume',
        samples: read,
        unit: 'ms',
        peer,
        target: { limit: round(1.5 * bare), of: 'median' },
      },
      {
        what: 'volume → canonical orientation',
        samples: await repeat(5, () => canonicalise(volume)),
        unit: 'ms',
      },
    ];
  },
};

const round = (value: number) => Math.round(value);
