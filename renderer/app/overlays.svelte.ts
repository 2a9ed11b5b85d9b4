// What lies over the page: the palette or the key sheet, one at a time.
export type Overlay = 'palette' | 'keys';

class Overlays {
  open = $state<Overlay | null>(null);

  toggle(overlay: Overlay): void {
    this.open = this.open === overlay ? null : overlay;
  }
  close(): void {
    this.open = null;
  }
}

export const overlays = new Overlays();
