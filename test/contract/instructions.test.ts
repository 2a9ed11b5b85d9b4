// Instructions with example pictures: known by content, freed of notes, kept by hash, shown to readers, in bundles too.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ShownInstructionsSchema, type ShownInstructions } from '../../electron/contract/instructions.ts';
import {
  openRead,
  patchOver,
  sendPatch,
  studyOverFetch,
  type StudyOverFetch,
} from '../fixtures/study-over-fetch.ts';

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
/** A grey PNG of 3 × 2 with a text chunk. */
function png(grey = 128, note = 'Author: Jane Doe'): Buffer {
  const head = Buffer.from([0, 0, 0, 3, 0, 0, 0, 2, 8, 0, 0, 0, 0]);
  const rows = deflateSync(Buffer.from([0, grey, grey, grey, 0, grey, grey, grey]));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const text = chunk('tEXt', Buffer.from(`Comment\0${note}`));
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    text,
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
/** The frame of a JPEG of 5 × 4 (no real scan) with EXIF, a comment and something behind its end. */
function jpeg(): Buffer {
  const segment = (marker: number, data: Buffer) => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(data.length + 2, 2);
    return Buffer.concat([head, data]);
  };
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    segment(0xe1, Buffer.from('Exif\0\0Jane Doe 1 April 1960')),
    segment(0xfe, Buffer.from('Patient-0')),
    segment(0xc0, Buffer.from([8, 0, 4, 0, 5, 1, 1, 0x11, 0])),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([1, 2, 3, 0xff, 0xd9]),
    Buffer.from('a thumbnail of Patient-0 behind the end'),
  ]);
}

let study: StudyOverFetch;
let clock = Date.parse('2026-03-01T10:00:00.000Z');
beforeAll(async () => {
  study = await studyOverFetch({
    now: () => clock,
    monotonic: () => 0,
    cases: 2,
    protocol: { instructions: { text: 'Outline the liver.', minutesPerRead: 1, timeIsUp: 'enforced' } },
  });
}, 60_000);
afterAll(() => study?.close());
const at = (path: string) => `${study.base}/instructions${path}`;
const folder = () => study.backend.services.studies.get(study.base.split('/').at(-1)!).folder;
const add = (body: Buffer, query = '', token = study.coordinator) =>
  study.call('POST', at(`/pictures${query}`), { token, body });
const shown = async (token = study.readers[0].token): Promise<ShownInstructions> =>
  ShownInstructionsSchema.parse(await (await study.call('GET', at(''), { token })).json());

it('readers see text, time and pictures; only the coordinator changes them', async () => {
  expect(await shown()).toEqual({
    text: 'Outline the liver.',
    minutesPerRead: 1,
    timeIsUp: 'enforced',
    pictures: [],
  });
  const [ada] = study.readers;
  expect((await add(png(), '', ada.token)).code).toBe('coordinator-only');
  expect((await study.call('POST', at(''), { token: ada.token, json: { text: 'x' } })).code).toBe(
    'coordinator-only',
  );
  const first = await add(png(), '?caption=With%20the%20pelvis&label=2');
  expect(first.status).toBe(201);
  await add(jpeg(), '?caption=Not%20so');
  const { pictures } = await shown();
  expect(pictures.map(({ id: _id, ...one }) => one)).toEqual([
    { caption: 'With the pelvis', label: 2, width: 3, height: 2, mediaType: 'image/png' },
    { caption: 'Not so', label: 0, width: 5, height: 4, mediaType: 'image/jpeg' },
  ]);
  for (const { id, mediaType } of pictures) {
    const answer = await study.call('GET', at(`/pictures/${id}`), { token: ada.token });
    expect(answer.response.headers.get('content-type')).toBe(mediaType);
    const bytes = Buffer.from(await answer.bytes());
    for (const secret of ['Jane', '1960', ...study.secrets])
      expect(bytes.includes(secret), secret).toBe(false);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(
      existsSync(join(folder(), 'pictures', `${sha256}.${mediaType === 'image/png' ? 'png' : 'jpg'}`)),
    ).toBe(true);
  }
});

it('says what is no picture, whatever it is called', async () => {
  const flipped = png();
  flipped[45] ^= 1;
  const cases: [Buffer, string][] = [
    [Buffer.from('GIF89a…'), 'picture-unknown'],
    [Buffer.alloc(0), 'picture-unknown'],
    [png().subarray(0, 60), 'picture-damaged'],
    [flipped, 'picture-damaged'],
    [jpeg().subarray(0, 40), 'picture-damaged'],
    [Buffer.concat([png(), Buffer.alloc(13 << 20)]), 'picture-too-large'],
  ];
  for (const [bytes, code] of cases) expect((await add(bytes)).code, code).toBe(code);
  expect((await add(png(), '?label=9')).code).toBe('label-unknown');
  expect((await shown()).pictures).toHaveLength(2);
  expect(readdirSync(join(folder(), 'pictures')).some((name) => name.endsWith('.part'))).toBe(false);
});

it('the same picture twice is one file, which goes with the last of them; a changed file is not shown', async () => {
  const before = readdirSync(join(folder(), 'pictures')).length;
  const ids = [];
  for (const caption of ['a', 'b'])
    ids.push((await (await add(png(7), `?caption=${caption}`)).json<{ id: string }>()).id);
  expect(readdirSync(join(folder(), 'pictures'))).toHaveLength(before + 1);
  const remove = (id: string, token = study.coordinator) =>
    study.call('POST', at(`/pictures/${id}/remove`), { token });
  expect((await remove(ids[0], study.readers[0].token)).code).toBe('coordinator-only');
  expect((await remove(ids[0])).status).toBe(204);
  expect((await remove(ids[0])).code).toBe('picture-not-found');
  const name = readdirSync(join(folder(), 'pictures')).find((one) =>
    readFileSync(join(folder(), 'pictures', one)).includes(
      deflateSync(Buffer.from([0, 7, 7, 7, 0, 7, 7, 7])),
    ),
  )!;
  writeFileSync(join(folder(), 'pictures', name), png(9));
  expect((await study.call('GET', at(`/pictures/${ids[1]}`), { token: study.coordinator })).code).toBe(
    'picture-lost',
  );
  expect((await remove(ids[1])).status).toBe(204);
  expect(readdirSync(join(folder(), 'pictures'))).toHaveLength(before);
  const trail = await study.call('GET', `${study.base}/audit?action=instructions.picture-removed`, {
    token: study.coordinator,
  });
  expect((await trail.json<{ events: unknown[] }>()).events).toHaveLength(2);
});

it('time that is enforced ends the drawing and not the read', async () => {
  const [ada] = study.readers;
  const read = await openRead(study, ada.token);
  expect((await sendPatch(study, ada.token, read, 1, patchOver(0, 9, 0, 1))).status).toBe(200);
  const beat = async () => {
    clock += 60_000;
    const path = `${study.base}/reads/${read.id}/heartbeat`;
    return study.call('POST', path, { token: ada.token, lease: read.lease, json: { activeSeconds: 60 } });
  };
  await beat();
  expect((await sendPatch(study, ada.token, read, 2, patchOver(9, 19, 0, 1))).status).toBe(200); // within the grace
  await beat();
  expect((await sendPatch(study, ada.token, read, 3, patchOver(20, 29, 0, 1))).code).toBe('time-is-up');
  const change = { text: 'Outline the liver.', minutesPerRead: 1, timeIsUp: 'shown' };
  expect((await study.call('POST', at(''), { token: study.coordinator, json: change })).status).toBe(200);
  expect((await sendPatch(study, ada.token, read, 3, patchOver(20, 29, 0, 1))).status).toBe(200);
  const seal = await study.call('POST', `${study.base}/reads/${read.id}/seal`, {
    token: ada.token,
    lease: read.lease,
  });
  expect(seal.status).toBe(200);
});

it('a bundle carries them', async () => {
  const { bundles, studies } = study.backend.services;
  const opened = studies.get(study.base.split('/').at(-1)!);
  const lock = { passphrase: 'correct horse battery', workFactor: 10 };
  await bundles.handOut(opened, {
    reader: 'Ben',
    target: join(study.folder, 'ben.age'),
    lock,
    actor: 'Cora',
  });
  const copy = join(study.folder, 'Ben.concord');
  await bundles.unpack(join(study.folder, 'ben.age'), copy, lock);
  expect(readdirSync(join(copy, 'pictures')).toSorted()).toEqual(
    readdirSync(join(folder(), 'pictures')).toSorted(),
  );
});

it('a protocol brings its pictures along when its files are there', async () => {
  const { studies } = study.backend.services;
  const { ProtocolSchema } = await import('../../electron/contract/study.ts');
  const protocol = ProtocolSchema.parse({
    name: 'With pictures',
    modality: 'CT',
    structures: [{ label: 1, name: 'Liver', colour: '#e69f00' }],
    coordinator: { passphrase: 'open sesame' },
    instructions: { pictures: [{ file: 'good.png', caption: 'So', label: 1 }] },
  });
  const place = mkdtempSync(join(tmpdir(), 'concord-pictures-'));
  try {
    const target = join(place, 'P.concord');
    await expect(studies.create(protocol, target)).rejects.toMatchObject({ code: 'picture-not-found' });
    const bad = { pictureBytes: () => Promise.resolve(Buffer.from('no')) };
    await expect(studies.create(protocol, target, bad)).rejects.toMatchObject({ code: 'picture-unknown' });
    expect(readdirSync(place)).toEqual([]);
    const made = await studies.create(protocol, target, { pictureBytes: () => Promise.resolve(png()) });
    const rows = await made.database.read.selectFrom('instruction_picture').selectAll().execute();
    expect(rows).toMatchObject([{ caption: 'So', label: 1 }]);
    expect(readdirSync(join(target, 'pictures'))).toHaveLength(1);
    await studies.leave(made);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});
