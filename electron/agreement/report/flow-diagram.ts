// The flow of reads as boxes, one column a round: assigned, what fell away and why, sealed (after CONSORT's diagram).
import { counted } from './format.ts';
import { html, type Html } from './html.ts';
import type { ReportFlow } from './report-input.ts';

const [WIDTH, BOX, HEIGHT, GAP] = [640, 190, 34, 26];
/** More rounds than this stand in the table alone. */
const MOST_ROUNDS = 3;

export function flowDiagram(rounds: readonly ReportFlow[]): Html | null {
  if (rounds.length === 0 || rounds.length > MOST_ROUNDS) return null;
  const pitch = WIDTH / rounds.length;
  const boxWidth = Math.min(BOX, pitch - 16);
  const bottom = 4 * (HEIGHT + GAP);
  const box = (x: number, row: number, text: string) =>
    html`<rect
        x="${x - boxWidth / 2}"
        y="${row * (HEIGHT + GAP) + 4}"
        width="${boxWidth}"
        height="${HEIGHT}"
        fill="none"
        stroke="currentColor"
        rx="4"
      />
      <text x="${x}" y="${row * (HEIGHT + GAP) + 26}" text-anchor="middle" font-size="12">${text}</text>`;
  const arrow = (x: number, row: number) => {
    const y = row * (HEIGHT + GAP) + HEIGHT + 4;
    return html`<line x1="${x}" x2="${x}" y1="${y}" y2="${y + GAP - 5}" stroke="currentColor" />
      <path d="M${x - 4} ${y + GAP - 6} L${x + 4} ${y + GAP - 6} L${x} ${y + GAP} Z" fill="currentColor" />`;
  };
  const label = rounds
    .map((round) => `round ${round.round}: ${round.assigned} assigned, ${round.sealed} sealed`)
    .join('; ');
  return html`<svg
    class="plot"
    viewBox="0 0 ${WIDTH} ${bottom}"
    role="img"
    aria-label="Flow of reads, ${label}"
  >
    ${rounds.map((round, n) => {
      const x = pitch * (n + 0.5);
      const begun = round.drafts + round.sealed;
      return html`${box(x, 0, `Round ${round.round}: ${counted(round.assigned, 'read')} assigned`)}
      ${arrow(x, 0)} ${box(x, 1, `${begun} begun, ${round.assigned - begun} not begun`)} ${arrow(x, 1)}
      ${box(x, 2, `${counted(round.drafts, 'draft')} left out`)} ${arrow(x, 2)}
      ${box(x, 3, `${round.sealed} sealed (${round.imported} imported)`)}`;
    })}
  </svg>`;
}
