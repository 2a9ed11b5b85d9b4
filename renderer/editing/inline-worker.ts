// For tests: the worker's work on the same thread, a moment later, as messages come and go.
import type { Reply, Task } from './operations/tasks.ts';
import { TaskHandler } from './operations/tasks.ts';
import type { WorkerLike } from './task-desk.svelte.ts';

export class InlineWorker implements WorkerLike {
  onmessage: ((event: MessageEvent<Reply>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  private gone = false;
  private readonly handler = new TaskHandler((data, transfer) => {
    const copy = structuredClone(data, { transfer: transfer ?? [] });
    if (!this.gone) this.onmessage?.({ data: copy } as MessageEvent<Reply>);
  });

  postMessage(message: unknown, transfer: Transferable[]): void {
    const task = structuredClone(message, { transfer }) as Task;
    setTimeout(() => {
      if (!this.gone) this.handler.handle(task);
    });
  }
  terminate(): void {
    this.gone = true;
  }
}
