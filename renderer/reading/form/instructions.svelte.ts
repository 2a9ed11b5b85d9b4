// What the reader of a room is told, and whether the time that the protocol gives a read is over.
import type { ShownInstructions } from '../../../electron/contract/instructions.ts';
import { instructions } from '../../api/instructions.ts';

export class RoomInstructions {
  told = $state.raw<ShownInstructions | null>(null);
  /** Why they cannot be shown; the read goes on without. */
  problem = $state<string | null>(null);
  shown = $state(false);
  private readonly study: string;

  constructor(study: string) {
    this.study = study;
  }

  async load(): Promise<void> {
    try {
      this.told = await instructions(this.study);
      this.problem = null;
    } catch (error) {
      this.problem = (error as Error).message;
    }
  }

  get any(): boolean {
    return this.told !== null && (this.told.text.trim() !== '' || this.told.pictures.length > 0);
  }

  /** Of a read with so many active seconds; null where no time is set. */
  timeLeft(activeSeconds: number): number | null {
    const minutes = this.told?.minutesPerRead;
    return minutes === undefined ? null : minutes * 60 - activeSeconds;
  }

  /** Whether drawing ends now. */
  isOver(activeSeconds: number): boolean {
    const left = this.timeLeft(activeSeconds);
    return left !== null && left <= 0 && this.told?.timeIsUp === 'enforced';
  }
}
