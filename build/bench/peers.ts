// NiiVue and Cornerstone3D beside Concord: brush, slice scroll and NIfTI load, interleaved in one run of one browser.
import { join } from 'node:path';
import { openConcord, openPeer, type Contender } from './contenders.ts';
import { handTrace } from './hand-trace.ts';
import { folder as benchFolder, material } from './material.ts';
import type { Spent } from './page-thread.ts';
import { startPeers } from './peers/host.ts';
import { startBrowser } from './reading-page.ts';
import { quantile, type Bench, type Row } from './rows.ts';
import { startHost } from './start-host.ts';

const LOADS = 3;
const STROKES = 6;
const STEPS_A_ROUND = 20;

/** Milliseconds to the first picture of the scan's file; `imported`: into a new study, `opened`: from the study. */
interface Load {
  imported: number;
  opened: number;
  niivue: number;
  cornerstone: number;
}

export const peers: Bench = {
  name: 'peers',
  async run(say) {
    const { image } = await material(say);
    const pages = await startPeers(image, say);
    const host = await startHost();
    const browser = await startBrowser();
    try {
      const loads: Load[] = [];
      let all: Contender[] = [];
      for (let round = 0; round < LOADS; round++) {
        for (const one of all) await one.close();
        say(`loading, round ${round + 1} of ${LOADS} …`);
        const concord = await openConcord(browser, host, image, `Round ${round + 1}`);
        const niivue = await openPeer(browser, pages, 'niivue', concord.view);
        const cornerstone = await openPeer(browser, pages, 'cornerstone', concord.view);
        all = [concord, niivue, cornerstone];
        loads.push({
          imported: concord.imported + concord.loaded,
          opened: concord.loaded,
          niivue: niivue.loaded,
          cornerstone: cornerstone.loaded,
        });
      }
      const brush = await strokes(all, say);
      const scroll = await steps(all, say);
      for (const one of all) await one.page.screenshot({ path: join(benchFolder, `peers-${one.name}.png`) });
      const names = all.slice(1).map((one) => one.name);
      return [...loadRows(loads), ...brushRows(brush, names), ...scrollRows(scroll, names)];
    } finally {
      await browser.close();
      await host.stop();
      await pages.stop();
    }
  },
};

/** The same strokes in each viewer in turn; every pointer event is a sample. */
async function strokes(all: Contender[], say: (line: string) => void): Promise<Spent[][]> {
  for (const one of all) await one.brush();
  const samples: Spent[][] = all.map(() => []);
  const trace = handTrace(STROKES);
  for (const [n, stroke] of trace.entries()) {
    say(`brush, stroke ${n + 1} of ${STROKES} …`);
    for (const at of turned(all.length, n)) {
      const { page, thread, view } = all[at];
      const scale = Math.min(view.width, view.height);
      const [x, y] = [view.x + view.width / 2, view.y + view.height / 2];
      await page.bringToFront();
      await page.mouse.move(x + stroke[0].x * scale, y + stroke[0].y * scale);
      await page.mouse.down();
      for (const point of stroke.slice(1))
        samples[at].push(await thread(() => page.mouse.move(x + point.x * scale, y + point.y * scale)));
      samples[at].push(await thread(() => page.mouse.up()));
    }
  }
  for (const one of all) {
    if ((await one.marked()) === 0) throw new Error(`${one.name} drew nothing`);
    await one.look();
  }
  return samples;
}

/** The same turns of the wheel in each viewer in turn; every notch is a sample. */
async function steps(all: Contender[], say: (line: string) => void): Promise<Spent[][]> {
  const samples: Spent[][] = all.map(() => []);
  for (let round = 0; round < STROKES; round++) {
    say(`slices, round ${round + 1} of ${STROKES} …`);
    for (const at of turned(all.length, round)) {
      const { page, thread, view, slice, name } = all[at];
      await page.bringToFront();
      await page.mouse.move(view.x + view.width / 2, view.y + view.height / 2);
      const before = await slice();
      for (let n = 0; n < STEPS_A_ROUND; n++)
        samples[at].push(await thread(() => page.mouse.wheel(0, round % 2 === 0 ? 100 : -100)));
      if ((await slice()) === before) throw new Error(`the wheel did not change the slice of ${name}`);
    }
  }
  return samples;
}

/** The viewers' turns, another one first each time. */
const turned = (count: number, by: number) => Array.from({ length: count }, (_, n) => (n + by) % count);

const own = (samples: Spent[]) => samples.map((one) => one.own);
const wall = (samples: Spent[]) => samples.map((one) => one.wall);
const middle = (samples: number[]) => quantile(samples, 0.5);
const p95 = (samples: number[]) => quantile(samples, 0.95);
const tenths = (value: number) => Math.round(value * 10) / 10;

function loadRows(loads: Load[]): Row[] {
  const [niivue, cornerstone] = [loads.map((one) => one.niivue), loads.map((one) => one.cornerstone)];
  const faster = Math.round(Math.min(middle(niivue), middle(cornerstone)));
  const target = { limit: faster, of: 'median' as const };
  const nii = { name: 'NiiVue', value: middle(niivue) };
  const imported = 'load .nii.gz: file → import into a study → picture';
  const opened = 'load .nii.gz: click on the imported case → picture';
  return [
    { what: imported, samples: loads.map((one) => one.imported), unit: 'ms', target, peer: nii },
    { what: opened, samples: loads.map((one) => one.opened), unit: 'ms', target, peer: nii },
    {
      what: opened,
      samples: loads.map((one) => one.opened),
      unit: 'ms',
      peer: { name: 'Cornerstone3D', value: middle(cornerstone) },
    },
  ];
}

/** Ours against each peer; the target is half the faster one's 95th percentile. */
function brushRows([ours, ...theirs]: Spent[][], names: string[]): Row[] {
  const target = { limit: tenths(Math.min(...theirs.map((one) => p95(own(one)))) / 2), of: 'p95' as const };
  return theirs.flatMap((peer, n): Row[] => [
    {
      what: 'brush, each pointer event: page thread',
      samples: own(ours),
      unit: 'ms',
      target,
      peer: { name: `${names[n]} p95`, value: p95(own(peer)), of: 'p95' },
    },
    {
      what: 'brush: pointer event → picture (wall, software raster)',
      samples: wall(ours),
      unit: 'ms',
      peer: { name: `${names[n]} p95`, value: p95(wall(peer)), of: 'p95' },
    },
  ]);
}

/** The target holds for what the reader waits for; a peer's own thread only hands the drawing to the graphics. */
function scrollRows([ours, ...theirs]: Spent[][], names: string[]): Row[] {
  const target = { limit: tenths(Math.min(...theirs.map((one) => p95(wall(one))))), of: 'p95' as const };
  return theirs.flatMap((peer, n): Row[] => [
    {
      what: 'slice scroll: notch → picture (wall, software raster)',
      samples: wall(ours),
      unit: 'ms',
      target,
      peer: { name: `${names[n]} p95`, value: p95(wall(peer)), of: 'p95' },
    },
    {
      what: 'slice scroll: page thread, ours with rasterising',
      samples: own(ours),
      unit: 'ms',
      peer: { name: `${names[n]} p95`, value: p95(own(peer)), of: 'p95' },
    },
  ]);
}
