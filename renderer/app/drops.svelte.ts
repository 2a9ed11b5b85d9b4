// Files dropped anywhere in the window go to the screen that wants them; elsewhere they do nothing.
export interface DropTarget {
  /** What dropping does here, shown while files hover over the window. */
  label: string;
  take: (transfer: DataTransfer) => unknown;
}

class Drops {
  target = $state.raw<DropTarget | null>(null);

  /** Offers a target for as long as the returned function is not called. */
  offer(target: DropTarget): () => void {
    this.target = target;
    return () => {
      if (this.target === target) this.target = null;
    };
  }
}

export const drops = new Drops();
