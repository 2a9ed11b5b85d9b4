// Which rails are open. Until somebody chooses, the right one opens only where the picture keeps 65 % of the window.
import { settings } from '../app/settings.svelte.ts';

export const LEFT_RAIL = 264;
export const RIGHT_RAIL = 300;
/** What the right rail leaves when it is closed: its icons. */
export const RIGHT_STRIP = 40;
/** Top bar and status line together. */
export const BARS = 68;
const LEAST_SHARE = 0.65;

/** The share of the window that is left to the picture. */
export function pictureShare(width: number, height: number, left: boolean, right: boolean): number {
  const across = width - (left ? LEFT_RAIL : 0) - (right ? RIGHT_RAIL : RIGHT_STRIP);
  return (Math.max(0, across) * Math.max(0, height - BARS)) / (width * height);
}

export class RoomLayout {
  private width = $state(innerWidth);
  private height = $state(innerHeight);

  readonly left = $derived(settings.values.leftRail);
  readonly right = $derived(
    settings.values.rightRail ?? pictureShare(this.width, this.height, this.left, true) >= LEAST_SHARE,
  );

  follow(): () => void {
    const onResize = () => {
      this.width = innerWidth;
      this.height = innerHeight;
    };
    addEventListener('resize', onResize);
    return () => removeEventListener('resize', onResize);
  }
  toggleLeft(): void {
    settings.change({ leftRail: !this.left });
  }
  toggleRight(): void {
    settings.change({ rightRail: !this.right });
  }
}

export const roomLayout = new RoomLayout();
