// What a careful eye would hold against a page: cut, hidden and overlapping things, faint or small text, controls
// without a name or a focus ring. Geometry and colours are worked out here from the page's boxes, not from its styles.
import type { Page } from 'playwright-core';

export interface AuditOptions {
  /** Contrast, names, ids and motion are the same in every window size: looked at once a screen. */
  thorough: boolean;
}

/** Flaws in words, each naming its element. Runs in the page. */
export async function auditPage(page: Page, options: AuditOptions): Promise<string[]> {
  return page.evaluate(auditHere, options);
}

/* The whole function is handed to the page: it may use nothing from outside. */
function auditHere({ thorough }: AuditOptions): string[] {
  const flaws = new Set<string>();
  const CONTROLS =
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=slider], [role=tab], [tabindex]:not([tabindex="-1"])';
  const SCROLLS = /auto|scroll/;
  const words = (element: Element) => {
    const name = element.getAttribute('aria-label') ?? element.textContent?.trim().replace(/\s+/g, ' ') ?? '';
    const kind = element.classList[0] ? `.${element.classList[0]}` : '';
    return `<${element.tagName.toLowerCase()}${kind}> “${name.slice(0, 48)}”`;
  };
  // Whatever lies in the top layer hides the rest.
  const modal = [...document.querySelectorAll('dialog')].filter((one) => one.matches(':modal')).at(-1);
  const root: Element = modal ?? document.body;
  const tooltip = document.querySelector('[role=tooltip]');
  const isSeen = (element: Element) =>
    element.checkVisibility({ visibilityProperty: true }) &&
    !tooltip?.contains(element) &&
    !element.closest('.visually-hidden');

  interface Box {
    left: number;
    top: number;
    right: number;
    bottom: number;
  }
  const boxOf = (element: Element): Box => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left, top, right, bottom };
  };
  const meet = (a: Box, b: Box): Box => ({
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  });
  const wide = (box: Box) => box.right - box.left;
  const high = (box: Box) => box.bottom - box.top;
  const screen: Box = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  /** What the element's ancestors leave of its place, and whether one of them can be scrolled to show the rest. */
  interface Frame {
    box: Box;
    scrollsX: boolean;
    scrollsY: boolean;
  }
  const insides = new Map<Element, Frame>();
  /** What `up` and everything around it leave of what lies in it. */
  function insideOf(up: Element): Frame {
    const found = insides.get(up);
    if (found) return found;
    const style = getComputedStyle(up);
    const apart = up === modal || style.position === 'fixed' || !up.parentElement;
    let { box, scrollsX, scrollsY } = apart
      ? { box: screen, scrollsX: false, scrollsY: false }
      : insideOf(up.parentElement!);
    const own = boxOf(up);
    if (style.overflowX !== 'visible') box = meet(box, { ...own, top: box.top, bottom: box.bottom });
    if (style.overflowY !== 'visible') box = meet(box, { ...own, left: box.left, right: box.right });
    scrollsX ||= SCROLLS.test(style.overflowX) && up.scrollWidth > up.clientWidth;
    scrollsY ||= SCROLLS.test(style.overflowY) && up.scrollHeight > up.clientHeight;
    const frame = { box, scrollsX, scrollsY };
    insides.set(up, frame);
    return frame;
  }
  const frameOf = (element: Element): Frame =>
    element.parentElement
      ? insideOf(element.parentElement)
      : { box: screen, scrollsX: false, scrollsY: false };

  // Nothing scrolls sideways but wide tables and plots in a frame of their own.
  if (document.documentElement.scrollWidth > innerWidth + 1) flaws.add('the page scrolls sideways');
  for (const element of root.querySelectorAll('*')) {
    if (element.scrollWidth <= element.clientWidth + 1 || element.clientWidth === 0 || !isSeen(element))
      continue;
    const overflow = getComputedStyle(element).overflowX;
    const holdsTable = element.matches('pre, input, textarea') || element.querySelector('table, svg, pre');
    if (SCROLLS.test(overflow) && !holdsTable) {
      flaws.add(`scrolls sideways (${element.scrollWidth} in ${element.clientWidth}): ${words(element)}`);
    }
  }

  // Controls: whole, in the window or to be scrolled to, not under one another.
  interface Control {
    element: Element;
    box: Box;
    seen: Box;
  }
  const controls: Control[] = [];
  for (const element of root.querySelectorAll(CONTROLS)) {
    // A radio button that is drawn by its label.
    const drawn = getComputedStyle(element).opacity === '0' ? (element.closest('label') ?? element) : element;
    if (!isSeen(drawn) || !isSeen(element)) continue;
    const box = boxOf(drawn);
    if (wide(box) === 0 || high(box) === 0) continue;
    const { box: frame, scrollsX, scrollsY } = frameOf(drawn);
    const seen = meet(box, frame);
    if (!scrollsX && (box.left < frame.left - 1 || box.right > frame.right + 1))
      flaws.add(`control cut sideways: ${words(drawn)}`);
    if (!scrollsY && (box.top < frame.top - 1 || box.bottom > frame.bottom + 1))
      flaws.add(`control cut off above or below: ${words(drawn)}`);
    if (wide(seen) > 4 && high(seen) > 4) controls.push({ element: drawn, box, seen });
    if (drawn instanceof HTMLButtonElement && drawn.scrollWidth > drawn.clientWidth + 1)
      flaws.add(`words wider than their button: ${words(drawn)}`);
  }
  // A view is itself a control, with others on it.
  const isView = (element: Element) =>
    element.matches('[data-plane], [data-oblique], canvas, [data-surface]');
  for (const { element, seen } of controls) {
    const x = (seen.left + seen.right) / 2;
    const y = (seen.top + seen.bottom) / 2;
    const top = document.elementFromPoint(x, y);
    const related =
      !top || element.contains(top) || top.contains(element) || top.closest('label')?.contains(element);
    if (!related && !isView(element) && !top.closest('.toast'))
      flaws.add(`control under something else: ${words(element)} under ${words(top)}`);
  }
  for (const [n, one] of controls.entries()) {
    for (const other of controls.slice(n + 1)) {
      const both = meet(one.seen, other.seen);
      // Messages pass over the page for some seconds, and can be closed.
      if (one.element.closest('.toast') || other.element.closest('.toast')) continue;
      if (wide(both) < 3 || high(both) < 3 || isView(one.element) || isView(other.element)) continue;
      if (one.element.contains(other.element) || other.element.contains(one.element)) continue;
      flaws.add(`controls overlap: ${words(one.element)} and ${words(other.element)}`);
    }
  }
  // WCAG 2.2, 2.5.8: 24 px, or room for a circle of 24 px that meets no other control.
  for (const { element, box } of controls) {
    if ((wide(box) >= 23.5 && high(box) >= 23.5) || element.matches('a') || isView(element)) continue;
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const near = controls.some(({ element: other, box: b }) => {
      if (other === element || element.contains(other) || other.contains(element) || isView(other))
        return false;
      const away = Math.hypot(
        x - Math.min(b.right, Math.max(b.left, x)),
        y - Math.min(b.bottom, Math.max(b.top, y)),
      );
      return away < 11.5;
    });
    if (near)
      flaws.add(
        `too small to hit beside its neighbour (${Math.round(wide(box))} × ${Math.round(high(box))}): ${words(element)}`,
      );
  }

  // Text: whole, apart from other text, large and strong enough.
  const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
  const known = new Map<string, [number, number, number, number]>();
  function rgba(colour: string): [number, number, number, number] {
    let found = known.get(colour);
    if (!found) {
      paint.clearRect(0, 0, 1, 1);
      paint.fillStyle = '#000';
      paint.fillStyle = colour;
      paint.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
      found = [r, g, b, a / 255];
      known.set(colour, found);
    }
    return found;
  }
  const over = (front: number[], alpha: number, back: number[]) =>
    back.map((v, n) => front[n] * alpha + v * (1 - alpha));
  function backgroundOf(element: Element): number[] {
    const layers: [number, number, number, number][] = [];
    for (let up: Element | null = element; up; up = up.parentElement) {
      const layer = rgba(getComputedStyle(up).backgroundColor);
      if (layer[3] > 0) layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reduceRight((back, layer) => over(layer, layer[3], back), [0, 0, 0]);
  }
  const light = (colour: number[]) => {
    const [r, g, b] = colour.map((v) =>
      v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  function contrast(element: Element): number {
    const back = backgroundOf(element);
    const style = getComputedStyle(element);
    const [r, g, b, a] = rgba(element.closest('svg') ? style.fill : style.color);
    let alpha = a;
    for (let up: Element | null = element; up; up = up.parentElement)
      alpha *= Number(getComputedStyle(up).opacity);
    const [one, two] = [light(over([r, g, b], alpha, back)), light(back)];
    return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
  }
  const texts: { element: Element; box: Box; text: string }[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent!.trim();
    const element = node.parentElement!;
    if (text === '' || element.matches('option, script, style, textarea') || !isSeen(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const style = getComputedStyle(element);
    const { box: outer } = frameOf(element);
    const own = boxOf(element);
    const clips = style.overflowX !== 'visible' && style.display !== 'inline';
    const frame = clips ? meet(outer, { ...own, top: outer.top, bottom: outer.bottom }) : outer;
    for (const box of range.getClientRects()) {
      const seen = meet(box, frame);
      if (wide(seen) <= 0 || high(seen) <= 0) continue;
      const scroller = frameOf(element);
      const cut = box.left < frame.left - 1 || box.right > frame.right + 1;
      const told = element.closest('[title], [data-hint]') ?? element.closest('button, a, label');
      if (cut && !scroller.scrollsX && !told) flaws.add(`text cut: ${words(element)}`);
      if (cut && !scroller.scrollsX && told && style.textOverflow !== 'ellipsis')
        flaws.add(`text cut without dots: ${words(element)}`);
      if (!scroller.scrollsY && (box.top < frame.top - 2 || box.bottom > frame.bottom + 2))
        flaws.add(`text cut above or below: ${words(element)}`);
      texts.push({ element, box: seen, text });
    }
    if (Number.parseFloat(style.fontSize) < 11.9 && !element.closest('svg'))
      flaws.add(`text of ${style.fontSize}: ${words(element)}`);
    if (!thorough || element.closest(':disabled, [aria-disabled=true], label:has(:disabled)')) continue;
    if (element.closest('[aria-hidden=true]') && element.closest('li[draggable]')) continue;
    const size = Number.parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = contrast(element);
    if (ratio < (large ? 3 : 4.5)) flaws.add(`contrast ${ratio.toFixed(2)}: ${words(element)}`);
  }
  for (const [n, one] of texts.entries()) {
    for (let m = n + 1; m < texts.length; m++) {
      const other = texts[m];
      if (other.element === one.element) continue;
      const both = meet(one.box, other.box);
      if (wide(both) < 3 || high(both) < 5) continue;
      flaws.add(`text on text: ${words(one.element)} and ${words(other.element)}`);
    }
  }
  if (!thorough) return [...flaws];

  // Names, ids, motion.
  const nameOf = (element: Element): string => {
    const by = element.getAttribute('aria-labelledby');
    if (by) return by.split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ').trim(); // prettier-ignore
    const labels = (element as HTMLInputElement).labels;
    return (
      element.getAttribute('aria-label')?.trim() ||
      (labels &&
        [...labels]
          .map((label) => label.textContent?.trim())
          .join(' ')
          .trim()) || // prettier-ignore
      (element.matches('select') ? '' : element.textContent?.trim()) ||
      element.querySelector('img[alt], svg[aria-label]')?.getAttribute('alt') ||
      element.getAttribute('title')?.trim() ||
      ''
    );
  };
  for (const element of root.querySelectorAll(CONTROLS)) {
    if (isSeen(element) && nameOf(element) === '')
      flaws.add(`control without a name: ${element.outerHTML.slice(0, 160)}`);
    if (Number(element.getAttribute('tabindex')) > 0)
      flaws.add(`takes a place in the tab order: ${words(element)}`);
  }
  for (const image of root.querySelectorAll('img:not([alt])'))
    flaws.add(`picture without words: ${image.outerHTML.slice(0, 120)}`);
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of ids.filter((one, n) => ids.indexOf(one) !== n)) flaws.add(`id twice: ${id}`);
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
    for (const animation of document.getAnimations()) {
      const { duration, iterations } = animation.effect!.getComputedTiming();
      if (Number(duration) > 10 || iterations === Infinity) {
        const target = (animation.effect as KeyframeEffect).target;
        flaws.add(`moves though motion is to be reduced: ${target ? words(target) : ''}`);
      }
    }
  }
  return [...flaws];
}

/** Controls that show nothing when the keyboard reaches them, and steps of the tab order that jump back up. */
export async function auditFocus(page: Page): Promise<string[]> {
  // The page then takes focus as the keyboard's.
  await page.keyboard.press('Shift');
  return page.evaluate(async () => {
    const flaws: string[] = [];
    const modal = [...document.querySelectorAll('dialog')].filter((one) => one.matches(':modal')).at(-1);
    const root: Element = modal ?? document.body;
    const was = document.activeElement as HTMLElement | null;
    const words = (element: Element) =>
      `<${element.tagName.toLowerCase()}> “${(element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '').replace(/\s+/g, ' ').slice(0, 48)}”`;
    const look = (element: Element) =>
      [element, element.parentElement, element.nextElementSibling, element.closest('label, li')]
        .filter((one) => one !== null)
        .map((one) => {
          const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor } = getComputedStyle(one);
          // A view draws its frame over its canvases.
          const over = getComputedStyle(one, '::after');
          return `${over.content === 'none' ? '' : over.borderWidth} ${outlineStyle === 'none' ? '' : `${outlineStyle} ${outlineWidth} ${outlineColor}`} ${boxShadow} ${borderColor}`;
        })
        .join('|');
    const focusable = [
      ...root.querySelectorAll<HTMLElement>(
        'a[href], button:not(:disabled, [tabindex="-1"]), input:not(:disabled, [type=hidden]), select:not(:disabled), textarea, summary, [tabindex="0"]',
      ),
    ].filter((element) => element.checkVisibility({ visibilityProperty: true }));
    let before: { element: Element; box: DOMRect } | null = null;
    for (const element of focusable) {
      (document.activeElement as HTMLElement | null)?.blur();
      const plain = look(element);
      element.focus({ preventScroll: true });
      if (document.activeElement !== element) {
        // One radio button of a group stands for the others.
        if (!(element instanceof HTMLInputElement && element.type === 'radio'))
          flaws.push(`cannot be focused: ${words(element)}`);
        continue;
      }
      // The page answers to the focus in a moment of its own.
      for (let n = 0; n < 4; n++) await Promise.resolve();
      if (look(element) === plain) flaws.push(`focus is not seen: ${words(element)}`);
      if (element.closest('.toast')) continue;
      const box = (element.closest('label') ?? element).getBoundingClientRect();
      if (
        before &&
        box.bottom <= before.box.top - 4 &&
        box.left < before.box.right &&
        box.right > before.box.left
      )
        flaws.push(`the tab order goes back up from ${words(before.element)} to ${words(element)}`);
      before = { element, box };
    }
    (document.activeElement as HTMLElement | null)?.blur();
    was?.focus?.({ preventScroll: true });
    return flaws;
  });
}
