// What a page's main thread spends on one act and the frame after it.
import type { CDPSession, Page } from 'playwright-core';
import { quantile } from './rows.ts';

/** Milliseconds of one act and the frame after it. */
export interface Spent {
  /** Processor time of the page's thread in script, style and layout. */
  own: number;
  /** Its processor time in painting and software rasterising, which a graphics card takes over. */
  paint: number;
  /** Time on the wall. */
  wall: number;
}

export type Thread = (act: () => Promise<void>) => Promise<Spent>;

const nextFrame = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));

/** Measures acts on `page`; `settle` (by default the next frame) says when an act can be seen. */
export async function pageThread(
  page: Page,
  settle: () => Promise<unknown> = () => nextFrame(page),
): Promise<Thread> {
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (name: string) => metrics.find((metric) => metric.name === name)!.value * 1000;
    const own = of('ScriptDuration') + of('RecalcStyleDuration') + of('LayoutDuration');
    return { own, paint: of('TaskDuration') - own };
  };
  const measure: Thread = async (act) => {
    const before = await spent();
    const began = performance.now();
    await act();
    await settle();
    const wall = performance.now() - began;
    const after = await spent();
    return { own: after.own - before.own, paint: after.paint - before.paint, wall };
  };
  // What the measuring itself costs the page is not the page's own.
  const idle: Spent[] = [];
  for (let n = 0; n < 30; n++) idle.push(await measure(() => Promise.resolve()));
  const middle = (kind: 'own' | 'paint') =>
    quantile(
      idle.map((one) => one[kind]),
      0.5,
    );
  const [own, paint] = [middle('own'), middle('paint')];
  return async (act) => {
    const measured = await measure(act);
    return { ...measured, own: Math.max(0, measured.own - own), paint: Math.max(0, measured.paint - paint) };
  };
}
