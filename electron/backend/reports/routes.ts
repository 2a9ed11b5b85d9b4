// HTTP of the report.
import { Hono } from 'hono';
import type { StudyEnv } from '../context.ts';
import { coordinatorOnly } from '../http/access.ts';
import type { ReportService } from './service.ts';

export function reportRoutes(reports: ReportService) {
  return new Hono<StudyEnv>().get('/report.html', coordinatorOnly, async (c) => {
    const name = encodeURIComponent(`${c.var.study.name} agreement.html`);
    return c.body(await reports.html(c.var.study), 200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-disposition': `inline; filename*=UTF-8''${name}`,
    });
  });
}
