// The worker that operations run in: nothing of it is on the page's thread, and ending it cancels what it does.
import { TaskHandler, type Task } from './tasks.ts';

const handler = new TaskHandler((message, transfer) =>
  self.postMessage(message, { transfer: transfer ?? [] }),
);

self.onmessage = (event: MessageEvent<Task>) => handler.handle(event.data);
