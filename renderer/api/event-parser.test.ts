// Events come whole out of text cut anywhere.
import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { createEventParser } from './event-parser.ts';

function parse(pieces: string[]): string[] {
  const seen: string[] = [];
  const feed = createEventParser((data) => seen.push(data));
  pieces.forEach(feed);
  return seen;
}

describe('event parser', () => {
  it('reads data, joins several data lines, skips comments and other fields', () => {
    expect(parse([': ping\n\nevent: x\ndata: {"a":1}\nid: 4\n\ndata:one\ndata: two\n\n'])).toEqual([
      '{"a":1}',
      'one\ntwo',
    ]);
  });

  it('keeps an unfinished event until it is finished', () => {
    expect(parse(['data: half'])).toEqual([]);
    expect(parse(['data: half', ' way\n', '\n'])).toEqual(['half way']);
  });

  it('reads the same events however the text is cut, with any line ending', () => {
    const text = (end: string) => [`data: first`, '', ': c', 'data: second', 'data: line', '', ''].join(end);
    fc.assert(
      fc.property(
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(60), { maxLength: 8 }),
        (end, cuts) => {
          const whole = text(end);
          const at = [...new Set(cuts.map((cut) => cut % whole.length))].sort((a, b) => a - b);
          const pieces = [0, ...at].map((from, index) => whole.slice(from, at[index] ?? whole.length));
          expect(parse(pieces)).toEqual(['first', 'second\nline']);
        },
      ),
    );
  });
});
