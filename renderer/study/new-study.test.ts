// The designer: every design leaves as a protocol that the published schema takes, and comes back the same.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ProtocolSchema, type Protocol } from '../../electron/contract/study.ts';
import { NewStudyForm } from './new-study.svelte.ts';

const published = z.fromJSONSchema(
  JSON.parse(
    readFileSync(new URL('../../electron/contract/protocol.schema.json', import.meta.url), 'utf8'),
  ) as Parameters<typeof z.fromJSONSchema>[0],
);

function filled(): NewStudyForm {
  const form = new NewStudyForm();
  form.name = 'Pancreas, two arms';
  form.structures[0].name = 'Pancreas';
  form.coordinator.passphrase = 'open sesame';
  form.readers = ['Ada', 'Ben', 'Cleo', 'Dan'].map((name) => ({ name, passphrase: 'open sesame' }));
  form.auditors = [{ name: 'Otto', passphrase: 'open sesame' }];
  return form;
}
/** Through the file and into another form. */
function again(protocol: Protocol): Protocol {
  const text = JSON.stringify(protocol);
  expect(published.safeParse(JSON.parse(text)).success).toBe(true);
  const other = new NewStudyForm();
  expect(other.take(text, 'protocol.json')).toBeNull();
  const back = other.check();
  expect(other.errors).toEqual({});
  return back!;
}

describe('the designer', () => {
  const designs: [string, (form: NewStudyForm) => void][] = [
    ['plain', () => undefined],
    ['crossed', (form) => (form.design.armsBy = 'crossed')],
    ['arms by case', (form) => (form.design.armsBy = 'case')],
    [
      'split-plot',
      (form) => Object.assign(form.design, { reading: 'split-plot', groups: 2, armsBy: 'reader' }),
    ],
    ['balanced incomplete blocks', (form) => Object.assign(form.design, { reading: 'balanced', readersPerCase: 3 })],
    ['a share repeated', (form) => (form.rounds[1].share = 0.25)],
    ['AI after the first draft', (form) => form.rounds.forEach((round) => (round.arm = 'after-draft'))],
    ['qualification', (form) => (form.qualification = { on: true, passMark: 0.85, cases: 3 })],
    ['time that is enforced', (form) => (form.instructions = { text: 'So.', minutesPerRead: 12.5, enforced: true })],
    ['no time', (form) => (form.instructions = { text: '', minutesPerRead: null, enforced: true })],
    ['another idle lock', (form) => (form.idleLockMinutes = 5)],
    [
      'forms',
      (form) => {
        for (let n = 0; n < 3; n++) form.addQuestion();
        const [nominal, ordinal, interval] = form.questions;
        Object.assign(nominal, { text: 'Where?', scale: 'nominal', levels: 'head, neck; body, tail;' });
        Object.assign(ordinal, { text: 'How sure?', moment: 'before', scope: 'structure', required: false });
        Object.assign(interval, { text: 'Size', scale: 'interval', minimum: 0, maximum: 90.5, unit: 'mm' });
      },
    ],
  ]; // prettier-ignore

  it.each(designs)('%s: published, and the same when it comes back', (_name, change) => {
    const form = filled();
    change(form);
    const protocol = form.check();
    expect(form.errors).toEqual({});
    expect(again(protocol!)).toEqual(protocol);
    expect(ProtocolSchema.parse(JSON.parse(JSON.stringify(protocol)))).toEqual(protocol);
  });

  const impossible: [string, (form: NewStudyForm) => void, string][] = [
    ['crossed arms in an odd number of rounds', (form) => (form.design.armsBy = 'crossed', form.rounds.pop()), 'design.armsBy'],
    ['more readers a case than readers', (form) => Object.assign(form.design, { reading: 'balanced', readersPerCase: 5 }), 'design.readersPerCase'],
    ['more groups than readers', (form) => Object.assign(form.design, { reading: 'split-plot', groups: 5 }), 'design.groups'],
    ['one arm to compare', (form) => Object.assign(form.design, { armsBy: 'case', arms: ['assisted'] }), 'design.arms'],
    ['a share that repeats no case', (form) => (form.rounds[1].share = 0.01), 'rounds.1.share'],
  ]; // prettier-ignore
  it.each(impossible)('%s: refused at its field, with the constraint in words', (_name, change, field) => {
    const form = filled();
    change(form);
    expect(form.check()).toBeNull();
    expect(Object.keys(form.errors)).toEqual([field]);
    expect(form.errors[field]).toMatch(/[a-z]{3,} .*[a-z]/);
  });

  it('a file that is no protocol changes nothing and says why', () => {
    const form = filled();
    expect(form.take('{', 'x.json')).toMatch(/x\.json is not JSON/);
    expect(form.take('{"name":"A"}', 'x.json')).toMatch(/x\.json is no protocol: modality/);
    expect(form.name).toBe('Pancreas, two arms');
  });
});
