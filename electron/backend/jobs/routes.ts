// HTTP of jobs and the event stream.
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { StudyEvent } from '../../contract/jobs.ts';
import type { StudyEnv } from '../context.ts';
import { signedIn, who } from '../http/access.ts';
import type { JobService } from './service.ts';

const PING_MS = 15_000;

export function jobRoutes(jobs: JobService) {
  return new Hono<StudyEnv>()
    .get('/jobs', signedIn, async (c) => c.json(await jobs.list(c.var.study, who(c))))
    .post('/jobs/:job/cancel', signedIn, async (c) =>
      c.json(await jobs.cancel(c.var.study, c.req.param('job'), who(c))),
    )
    .get('/events', signedIn, (c) => {
      const { study } = c.var;
      const person = who(c);
      return streamSSE(c, async (stream) => {
        const waiting: StudyEvent[] = [];
        let wake: () => void = () => undefined;
        const stop = study.events.subscribe(person, (event) => {
          waiting.push(event);
          wake();
        });
        stream.onAbort(() => {
          stop();
          wake();
        });
        // Says at once that the stream stands, so that a page knows it will miss nothing from here on.
        await stream.write(': open\n\n');
        while (!stream.aborted && !stream.closed) {
          const event = waiting.shift();
          if (event) {
            await stream.writeSSE({ event: event.type, data: JSON.stringify(event) });
            continue;
          }
          const timedOut = await new Promise<boolean>((resolve) => {
            const timer = setTimeout(() => resolve(true), PING_MS);
            wake = () => {
              clearTimeout(timer);
              resolve(false);
            };
          });
          if (timedOut) await stream.write(': ping\n\n');
        }
        stop();
      });
    });
}
