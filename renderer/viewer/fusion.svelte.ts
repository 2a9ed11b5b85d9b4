// What is laid over the picture from another volume of the same case, and how.
import type { FusedLayer, FusionColours } from './fusion.ts';
import type { VolumeData } from './volume-data.ts';

export class Fusion {
  /** The second volume; null while none is chosen. */
  volume = $state.raw<VolumeData | null>(null);
  name = $state('');
  opacity = $state(0.5);
  colours = $state<FusionColours>('grey');
  width = $state(400);
  level = $state(40);
  /** The second volume alone, as long as this is on. */
  alone = $state(false);
  /** Counts slices that arrived: a view draws itself again. */
  arrivals = $state(0);
  private unfollow: () => void = () => undefined;

  show(volume: VolumeData, name: string): void {
    this.hide();
    this.volume = volume;
    this.name = name;
    this.width = volume.defaultWindow.width;
    this.level = volume.defaultWindow.level;
    this.unfollow = volume.subscribe(() => this.arrivals++);
  }
  hide(): void {
    this.unfollow();
    this.volume = null;
    this.name = '';
    this.alone = false;
  }

  /** The layer of one view: `second` is the right-hand view of a comparison, where the second volume stands alone. */
  layer(compared: boolean, second: boolean): FusedLayer | null {
    const { volume, alone, colours } = this;
    if (!volume) return null;
    const opacity = compared ? (second ? 1 : alone ? 1 : 0) : alone ? 1 : this.opacity;
    if (opacity === 0) return null;
    const window = { width: this.width, level: this.level };
    return { grid: volume.grid, voxels: volume.voxels, window, colours, opacity };
  }
}
