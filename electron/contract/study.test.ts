// The published protocol schema is the one that the program checks by, and every example of it holds.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { protocolJsonSchema, ProtocolSchema } from './study.ts';

it('protocol.schema.json is current (build/make-protocol-schema.ts writes it)', () => {
  const file = new URL('./protocol.schema.json', import.meta.url);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(protocolJsonSchema())));
});

const protocol = {
  name: 'S',
  modality: 'CT',
  structures: [{ label: 1, name: 'Liver', colour: '#e69f00' }],
  coordinator: { name: 'Cora', passphrase: 'open sesame' },
};

it('a protocol that says no more than it must gets the defaults', () => {
  const parsed = ProtocolSchema.parse(protocol);
  expect(parsed).toMatchObject({
    readers: [],
    auditors: [],
    questions: [],
    design: { armsBy: 'round', reading: 'all' },
  });
  expect(parsed.rounds.map(({ share, washoutDays }) => [share, washoutDays])).toEqual([
    [1, 0],
    [1, 14],
  ]);
});

it('a word that is misspelt is refused by name, not passed over', () => {
  for (const more of [{ desing: {} }, { design: { armBy: 'case' } }, { questions: [{ txt: 'x' }] }]) {
    const result = ProtocolSchema.safeParse({ ...protocol, ...more });
    expect(result.success).toBe(false);
  }
});
