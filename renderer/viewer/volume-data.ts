// The volume in the page: canonical voxels that may still be arriving, and news of which slices are there.
import type { Grid, Triple } from '../../electron/contract/geometry.ts';

export type VoxelArray = Uint8Array | Int16Array | Uint16Array | Float32Array;

export interface VolumeDescription {
  grid: Grid;
  minimum: number;
  maximum: number;
  /** CT, MR …, or null. */
  modality: string | null;
  window: { width: number; level: number };
}

export class VolumeData {
  readonly grid: Grid;
  readonly voxels: VoxelArray;
  readonly minimum: number;
  readonly maximum: number;
  readonly modality: string | null;
  /** The window that suits the modality, as the backend found it. */
  readonly defaultWindow: Readonly<{ width: number; level: number }>;
  private readonly present: Uint8Array;
  private readonly listeners = new Set<(from: number, count: number) => void>();

  constructor(description: VolumeDescription, voxels: VoxelArray) {
    this.grid = description.grid;
    this.voxels = voxels;
    this.minimum = description.minimum;
    this.maximum = description.maximum;
    this.modality = description.modality;
    this.defaultWindow = { ...description.window };
    this.present = new Uint8Array(description.grid.shape[2]);
  }

  /** Slices [from, from + count) along k are there now. */
  arrived(from: number, count: number): void {
    this.present.fill(1, from, from + count);
    for (const listener of this.listeners) listener(from, count);
  }
  hasSlice(k: number): boolean {
    return this.present[k] === 1;
  }
  subscribe(listener: (from: number, count: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  /** The value at a voxel, or null outside the volume or before it arrived. */
  valueAt(voxel: Readonly<Triple>): number | null {
    const [nx, ny, nz] = this.grid.shape;
    const [i, j, k] = voxel;
    if (i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz || !this.hasSlice(k)) return null;
    return this.voxels[i + nx * (j + ny * k)];
  }
  get unit(): string {
    return this.modality === 'CT' ? 'HU' : '';
  }
}
