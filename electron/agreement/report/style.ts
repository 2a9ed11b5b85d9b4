// How the report looks: a paper's supplement in black on white, dark on screens that ask for it, clean in print.

export const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --rule: #d0d7de; --faint: #eceff2; --paper: #fff;
  --accent: #0b5cad; --warn: #8a4600; --warn-paper: #fff4e5;
  --s0: #0072b2; --s1: #d55e00; --s2: #009e73; --s3: #cc79a7; --s4: #8f6a00; --s5: #4d4d4d; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --soft: #9da7b1; --rule: #3a424b; --faint: #22282e; --paper: #14181c; --accent: #74b3f0;
    --warn: #ffc078; --warn-paper: #33260f;
    --s0: #56b4e9; --s1: #ff8c42; --s2: #3ecf9f; --s3: #e7a3c8; --s4: #e0c14a; --s5: #b9c0c7; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.55 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 66rem; margin: 0 auto; padding: 3rem 1.5rem 4rem; }
header { border-bottom: 2px solid var(--ink); padding-bottom: 1.2rem; margin-bottom: 1.6rem; }
.kind { margin: 0; color: var(--soft); font-size: .85rem; letter-spacing: .06em; text-transform: uppercase; }
h1 { font-size: 2rem; line-height: 1.2; margin: .2rem 0 .6rem; }
h2 { font-size: 1.35rem; margin: 2.6rem 0 .6rem; padding-top: .5rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1.08rem; margin: 1.8rem 0 .4rem; }
h4 { font-size: .95rem; margin: 1.4rem 0 .3rem; }
p { margin: .5rem 0; max-width: 46rem; }
.facts { color: var(--soft); font-size: .88rem; margin: .1rem 0; }
.note { color: var(--soft); font-size: .85rem; }
.stale { background: var(--warn-paper); color: var(--warn); border: 1px solid currentColor; border-radius: 4px;
  padding: .6rem .9rem; max-width: none; }
.swatch { display: inline-block; width: .75em; height: .75em; border-radius: 2px; margin-right: .45em; border: 1px solid var(--rule); }
.scroll { overflow-x: auto; margin: .6rem 0 1rem; }
table { border-collapse: collapse; font-size: .86rem; border-top: 1.5px solid var(--ink); border-bottom: 1.5px solid var(--ink); }
caption { text-align: left; font-size: .86rem; padding: 0 0 .35rem; }
caption b { font-weight: 600; }
th, td { padding: .22rem .5rem; text-align: right; white-space: nowrap; vertical-align: top; }
th { font-weight: 600; }
thead th { border-bottom: 1px solid var(--ink); vertical-align: bottom; }
thead th small, td small { font-weight: 400; color: var(--soft); }
tbody th { font-weight: 400; text-align: left; }
tbody + tbody tr:first-child > * { border-top: 1px solid var(--rule); }
tr.all > * { font-weight: 600; }
th:first-child, td:first-child { padding-left: .15rem; text-align: left; }
.text { text-align: left; white-space: normal; }
.short { text-align: left; }
table.pairs tbody th { white-space: normal; min-width: 9rem; }
table.definitions td { min-width: 9rem; }
table.definitions td:nth-child(2) { min-width: 20rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(24rem, 1fr)); gap: 1rem 1.5rem; }
figure { margin: .8rem 0; break-inside: avoid; max-width: 42rem; }
figcaption { font-size: .84rem; color: var(--soft); }
figcaption b { color: var(--ink); font-weight: 600; }
ul { margin: .4rem 0; padding-left: 1.2rem; max-width: 46rem; }
li { margin: .15rem 0; }
svg.plot { display: block; width: 100%; height: auto; }
svg text { font: 11px system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: var(--ink); }
svg .case, svg .tick-left { text-anchor: end; }
svg .tick-label, svg .axis-label { text-anchor: middle; }
svg .tick-label, svg .tick-left, svg .limit-name, svg .missing { fill: var(--soft); }
svg .grid { stroke: var(--faint); }
svg .tick { stroke: var(--faint); }
svg .axis { stroke: var(--ink); }
svg .mean { stroke: var(--ink); stroke-dasharray: 4 3; }
svg .bias { stroke: var(--accent); stroke-width: 1.5; }
svg .limit { stroke: var(--accent); stroke-dasharray: 5 4; }
svg .whisker { stroke: var(--accent); }
svg .band { fill: var(--accent); opacity: .1; }
svg .mark { fill: var(--s0); fill-opacity: .85; stroke: var(--paper); stroke-width: .8; }
svg .series-1 { fill: var(--s1); } svg .series-2 { fill: var(--s2); } svg .series-3 { fill: var(--s3); }
svg .series-4 { fill: var(--s4); } svg .series-5 { fill: none; stroke: var(--s5); stroke-width: 1.6; }
footer { margin-top: 3rem; padding-top: .8rem; border-top: 1px solid var(--rule); color: var(--soft); font-size: .82rem; }
@page { size: A4; margin: 16mm 14mm; }
@media print {
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h2, h3, h4 { break-after: avoid; }
  tr, figure { break-inside: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 7.6pt; }
  th, td { padding: .14rem .34rem; }
  .plots { grid-template-columns: 1fr 1fr; }
}
`;
