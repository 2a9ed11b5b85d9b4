// The marks of the plots: told apart by shape as well as by colour, so that print and colour-blind eyes keep up.
import { html, type Html } from './html.ts';

const SHAPES = 6;

/** A mark for series `n` (0, 1, 2 …) at a point. */
export function mark(n: number, x: number, y: number, title: string): Html {
  const [cx, cy] = [x.toFixed(1), y.toFixed(1)];
  const label = html`<title>${title}</title>`;
  const kind = `mark series-${n % SHAPES}`;
  const polygon = (points: [number, number][]) => {
    const list = points.map(([dx, dy]) => `${(x + dx).toFixed(1)},${(y + dy).toFixed(1)}`).join(' ');
    return html`<polygon class="${kind}" points="${list}">${label}</polygon>`;
  };
  switch (n % SHAPES) {
    case 1:
      return polygon([
        [-3.6, -3.6],
        [3.6, -3.6],
        [3.6, 3.6],
        [-3.6, 3.6],
      ]);
    case 2:
      return polygon([
        [0, -4.8],
        [4.5, 3.4],
        [-4.5, 3.4],
      ]);
    case 3:
      return polygon([
        [0, -5],
        [5, 0],
        [0, 5],
        [-5, 0],
      ]);
    case 4:
      return polygon([
        [0, 4.8],
        [4.5, -3.4],
        [-4.5, -3.4],
      ]);
    case 5:
      return html`<circle class="${kind} open" cx="${cx}" cy="${cy}" r="3.8">${label}</circle>`;
    default:
      return html`<circle class="${kind}" cx="${cx}" cy="${cy}" r="4">${label}</circle>`;
  }
}
