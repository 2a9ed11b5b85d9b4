// Addresses survive being written and read; anything else is a page that says so.
import { describe, expect, it } from 'vitest';
import { formatRoute, parseRoute, studyOf, type Route } from './routes.ts';

const routes: Route[] = [
  { page: 'start' },
  { page: 'new' },
  { page: 'demo' },
  { page: 'settings', study: null },
  { page: 'models', study: null },
  { page: 'sign-in', study: 'abc123' },
  { page: 'board', study: 'abc123' },
  { page: 'settings', study: 'abc123' },
  { page: 'reading', study: 'abc123', assignment: 'def456' },
  { page: 'look', study: 'abc123', read: 'r1', against: null },
  { page: 'look', study: 'abc123', read: 'r1', against: { read: 'r2', label: 7 } },
];

describe('routes', () => {
  it.each(routes)('reads back $page', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it('knows the study of a route', () => {
    expect(studyOf({ page: 'reading', study: 's', assignment: 'a' })).toBe('s');
    expect(studyOf({ page: 'start' })).toBeNull();
  });

  it.each([
    '#/nowhere',
    '#/study/abc',
    '#/study/abc/secret',
    '#/study/abc/reading',
    '#/study/abc/board/x',
    '#/study/abc/look',
    '#/study/abc/look/a/b',
    '#/study/abc/look/a/b/c',
  ])('does not guess at %s', (hash) => {
    expect(parseRoute(hash)).toEqual({ page: 'unknown', hash });
  });

  it('takes an empty address as the start', () => {
    expect(parseRoute('')).toEqual({ page: 'start' });
    expect(parseRoute('#')).toEqual({ page: 'start' });
  });
});
