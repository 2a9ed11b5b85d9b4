// The picture of a room as it arrives: the middle slice first, then the rest; what went wrong, and trying again.
import type { BlindVolume } from '../../electron/contract/reads.ts';
import { allocateVoxels, fetchVoxels } from '../api/voxels.ts';
import { VolumeData } from '../viewer/volume-data.ts';

export class Picture {
  readonly data: VolumeData;
  /** Fraction that has arrived. */
  arrived = $state(0);
  problem = $state.raw<Error | null>(null);
  private readonly study: string;
  private readonly path: string;
  private readonly volume: BlindVolume;
  private readonly voxels: ReturnType<typeof allocateVoxels>;
  private readonly stopped = new AbortController();
  private fetching = false;

  /** `path` answers slices (…/voxels of a read or a case). */
  constructor(study: string, path: string, volume: BlindVolume) {
    this.study = study;
    this.path = path;
    this.volume = volume;
    this.voxels = allocateVoxels({ shape: volume.grid.shape, voxelType: volume.voxelType });
    this.data = new VolumeData(volume, this.voxels);
  }

  async fetch(): Promise<void> {
    if (this.fetching || this.arrived === 1) return;
    this.fetching = true;
    this.problem = null;
    const { grid, voxelType } = this.volume;
    const source = { path: this.path, study: this.study, shape: grid.shape, voxelType };
    try {
      await fetchVoxels(
        source,
        this.voxels,
        (range, fraction) => {
          this.data.arrived(range.from, range.count);
          this.arrived = fraction;
        },
        this.stopped.signal,
      );
    } catch (error) {
      if (!this.stopped.signal.aborted) this.problem = error as Error;
    } finally {
      this.fetching = false;
    }
  }

  stop(): void {
    this.stopped.abort();
  }
}
