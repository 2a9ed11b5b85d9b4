// The report: complete in itself, escaped, true to its rows, and sensible for studies with little in them.
import { describe, expect, it } from 'vitest';
import { analyse } from '../study/index.ts';
import { summarise } from '../table.ts';
import { axis } from './axis.ts';
import { exampleReport } from './example-input.ts';
import { fixed } from './format.ts';
import { html } from './html.ts';
import { renderReport } from './render-report.ts';

const example = exampleReport(6);
const report = renderReport(example);

/** The example with other rows, analysed anew. */
const withRows = (rows: typeof example.rows) => ({
  ...example,
  rows,
  analysis: analyse(rows, example.bootstrap),
});

/** Every tag that opens closes, in order; void elements and self-closed ones aside. */
function expectBalanced(text: string): void {
  const open: string[] = [];
  for (const [, slash, name, rest] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)\b([^<>]*)>/gi)) {
    if (/^(meta|br|link|hr|img)$/i.test(name) || rest.endsWith('/')) continue;
    if (slash === '') open.push(name);
    else expect(open.pop(), `</${name}> near ${text.indexOf(`</${name}>`)}`).toBe(name);
  }
  expect(open).toEqual([]);
}

describe('renderReport', () => {
  it('loads and runs nothing', () => {
    expect(report).not.toMatch(/<script|<link|<iframe|<img|\son[a-z]+=|javascript:|@import|url\(|https?:/i);
    expect(report).toContain("default-src 'none'; style-src 'unsafe-inline'");
  });

  it('limits of all pairs count those of a case as repeated, as the analysis has them', () => {
    const line = example.analysis.lines.find((entry) => entry.isAll && entry.comparison === 'inter')!;
    const { limits } = line.volumes;
    expect(limits.method).toBe('repeated');
    const row = report.slice(report.indexOf('All, as repeated measurements'));
    expect(row.slice(0, row.indexOf('</tr>'))).toContain(fixed(limits.bias, 2));
    expect(row.slice(0, row.indexOf('</tr>'))).toContain(fixed(limits.upperCi95![1], 2));
  });

  it('says where the spread grows with the volume, and gives limits that follow it', () => {
    const many = exampleReport(20).rows.filter((entry) => entry.comparison === 'inter');
    const [first] = many;
    const one = many.filter(
      ({ a, b, structureLabel }) =>
        [a.name, b.name, a.round, structureLabel].join() ===
        [first.a.name, first.b.name, first.a.round, first.structureLabel].join(),
    );
    const measured = (difference: (ml: number) => number) =>
      one.map((entry, n) => {
        const ml = 10 * (n + 1);
        const { reference, test } = entry.metrics;
        const other = ml + (n % 2 ? -1 : 1) * difference(ml);
        return {
          ...entry,
          metrics: {
            ...entry.metrics,
            reference: { ...reference, volumeMl: ml },
            test: { ...test, volumeMl: other },
          },
        };
      });
    expect(one.length).toBeGreaterThan(10);
    // A tenth of the volume, now up, now down.
    const text = renderReport(withRows(measured((ml) => ml / 10)));
    expect(text).toMatch(/spread of the differences changes with the volume \(p [=&]/);
    const [, low, high, at] = /regression: [^,]*, (−[\d.]+) to ([\d.]+) mL at ([\d.]+) mL/.exec(text)!;
    // ± 1.96 · √(π/2) · a tenth of it, near the top.
    const expected = 1.96 * Math.sqrt(Math.PI / 2) * 0.1 * Number(at);
    expect(Number(high)).toBeGreaterThan(0.75 * expected);
    expect(Number(high)).toBeLessThan(1.25 * expected);
    expect(Number(low.replace('−', '-'))).toBeLessThan(0);
    const steady = renderReport(withRows(measured((ml) => 1 + (ml % 3) / 10)));
    expect(steady).not.toContain('spread of the differences changes');
  });

  it('escapes names wherever they stand', () => {
    expect(report).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(report).toContain('Dr &lt;Wei&gt; &amp; Chen');
    const hostile = exampleReport(2);
    hostile.study.structures[0].colour = 'red"><b onclick=x>';
    hostile.staleBecause = '<i>two</i> reads';
    hostile.exclusions = ['"quoted" & <b>bold</b>'];
    const text = renderReport(hostile);
    expect(text).not.toMatch(/<b onclick|<i>two|<b>bold/);
    expect(text).toContain('&lt;i&gt;two&lt;/i&gt; reads');
  });

  it('is well formed and holds no broken number', () => {
    expectBalanced(report);
    expect(report).not.toMatch(/NaN|Infinity|undefined<|\[object|>null</);
  });

  it('prints the summary’s own numbers, inter and intra apart', () => {
    for (const row of summarise(example.rows).filter((line) => line.isAll)) {
      const { mean, ci95 } = row.values.dice;
      expect(report).toContain(fixed(mean, 3));
      expect(report).toContain(`${fixed(ci95![0], 3)} to ${fixed(ci95![1], 3)}`);
    }
    const inter = report.indexOf('id="inter"');
    const intra = report.indexOf('id="intra"');
    expect(inter).toBeGreaterThan(0);
    expect(intra).toBeGreaterThan(inter);
    expect(report.slice(inter, intra)).not.toMatch(/rounds 1 and 2/);
    expect(report).not.toContain('id="ai"');
  });

  it('has the flow of reads, reliability, bootstrap intervals, how they were made, and GRRAS', () => {
    expect(report).toContain('Flow of reads, round 1: 18 assigned, 18 sealed');
    const { icc2 } = example.analysis.reliability[0].icc;
    expect(report).toContain(fixed(icc2.estimate, 3));
    const line = example.analysis.lines.find((entry) => entry.isAll)!;
    const [low, high] = line.bootstrap!.dice.bca!;
    expect(report).toContain(`${fixed(low, 3)} to ${fixed(high, 3)}`);
    expect(report).toContain('200 replicates, seed 1');
    expect(report.match(/<th scope="row">\d+\. /g)).toHaveLength(15);
  });

  it('lists every pair of every case, with reasons for what is undefined', () => {
    const cases = report.slice(report.indexOf('id="cases"'), report.indexOf('id="definitions"'));
    const lines = cases.match(/class="short"/g)!;
    expect(lines).toHaveLength(example.rows.length);
    expect(cases).toMatch(/is empty for this label|masks are empty for this label/);
  });

  it('says what there is not, instead of empty tables', () => {
    const text = renderReport(withRows([]));
    expect(text).toContain('inter-reader agreement could not be computed');
    expect(text).toContain('intra-reader agreement could not be computed');
    expect(text).not.toContain('Surface distances are');
    expectBalanced(text);
  });

  it('gives a single case its figures and no interval', () => {
    const one = example.rows.filter((row) => row.comparison === 'inter' && row.caseId === 'case-0');
    const text = renderReport(withRows(one.slice(0, 1)));
    expect(text).toContain('needs at least two cases');
    expect(text).not.toMatch(/NaN|Infinity/);
    expectBalanced(text);
  });

  it('keeps the AI and the arms apart and names them', () => {
    const rows = example.rows.map((row, n) => ({
      ...row,
      comparison: 'ai' as const,
      a: { ...row.a, personId: null, name: 'AI' },
      b: { ...row.b, arm: n % 2 ? 'assisted' : 'unassisted' },
    }));
    const text = renderReport(withRows(rows));
    expect(text).toContain('Readers against the AI mask they began from');
    expect(text).toContain('readers against the AI mask they began from');
    expect(text).toMatch(/All \(assisted – unassisted\)/);
    expectBalanced(text);
  });

  it('warns when the figures are out of date', () => {
    const text = renderReport({ ...example, staleBecause: 'Since then 2 reads were sealed.' });
    expect(text).toMatch(/out of date\.<\/b>\s*Since then 2 reads were sealed\./);
  });

  it('names another percentile and tolerance as they are', () => {
    const text = renderReport({ ...example, settings: { nsdToleranceMm: 3, percentile: 90 } });
    expect(text).toContain('HD90, pooled');
    expect(text).toContain('within 3 mm');
  });
});

describe('html', () => {
  it('escapes values, keeps markup, drops null and control characters', () => {
    const inner = html`<b>${'<&>'}</b>`;
    expect(html`<p title="${'"\'\u0000'}">${inner}${null}${[1, 2]}</p>`.markup).toBe(
      '<p title="&quot;&#39;"><b>&lt;&amp;&gt;</b>12</p>',
    );
  });
});

describe('axis', () => {
  it('has round ticks that hold the range', () => {
    expect(axis(0.813, 1, 0, 100)).toMatchObject({ low: 0.8, high: 1, decimals: 2 });
    expect(axis(3, 3, 0, 100).at(3)).toBeCloseTo(50, 6);
    const mirrored = axis(0, 10, 200, 0);
    expect([mirrored.at(0), mirrored.at(10)]).toEqual([200, 0]);
  });
});

describe('fixed', () => {
  it('has a true minus and no negative zero', () => {
    expect([fixed(-1.234, 2), fixed(-0.001, 2), fixed(null, 2)]).toEqual(['−1.23', '0.00', '–']);
  });
});
