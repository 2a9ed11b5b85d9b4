// Short messages that come and go: what was done. What went wrong stays until it is closed.
export interface Toast {
  id: number;
  tone: 'good' | 'info' | 'warn' | 'bad';
  text: string;
  action?: { label: string; run: () => void };
}

const STAY_MS = 5000;

class Toasts {
  list = $state.raw<readonly Toast[]>([]);
  private next = 1;

  /** Shows a message; good and info ones leave by themselves after five seconds. */
  show(toast: Omit<Toast, 'id'>): number {
    const id = this.next++;
    // The same sentence twice is one message.
    this.list = [...this.list.filter((other) => other.text !== toast.text), { ...toast, id }].slice(-4);
    if (toast.tone === 'good' || toast.tone === 'info') setTimeout(() => this.close(id), STAY_MS);
    return id;
  }
  /** Shows what went wrong in the words of the error. */
  fail(error: unknown): void {
    this.show({ tone: 'bad', text: error instanceof Error ? error.message : String(error) });
  }
  close(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
