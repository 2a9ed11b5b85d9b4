import { describe, expect, it } from 'vitest';
import { createGuard } from './guard.ts';

const ORIGIN = 'http://127.0.0.1:4711';
const TOKEN = 'abcdefghijklmnopqrstuvwx';
const guard = createGuard(ORIGIN, TOKEN);

function check(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return guard.check(
    new Request(`${ORIGIN}${path}`, { method, headers: { host: '127.0.0.1:4711', ...headers } }),
  );
}
const cookie = { cookie: `other=1; concord-4711=${TOKEN}` };

describe('who may talk to the browser host', () => {
  it('turns the launch address into a cookie that no script and no other site can use', () => {
    const answer = check(`/?token=${TOKEN}`)!;
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/');
    expect(answer.headers.get('set-cookie')).toBe(`concord-4711=${TOKEN}; HttpOnly; SameSite=Strict; Path=/`);
  });

  it('lets the cookie and our own programs in', () => {
    expect(check('/', cookie)).toBeNull();
    expect(check('/api/host', cookie)).toBeNull();
    expect(check('/api/host', { 'x-concord-token': TOKEN })).toBeNull();
    expect(check('/api/studies', { ...cookie, origin: ORIGIN }, 'POST')).toBeNull();
  });

  it.each([
    ['no cookie', {}],
    ['a wrong token', { cookie: 'concord-4711=nonsense' }],
    ['a token of the right length', { cookie: `concord-4711=${'x'.repeat(TOKEN.length)}` }],
    ['the cookie of a host on another port', { cookie: `concord-4712=${TOKEN}` }],
    ['an empty one', { cookie: 'concord-4711=' }],
  ])('refuses %s', async (_what, headers) => {
    const answer = check('/', headers)!;
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain('address that it printed');
  });

  it('refuses a wrong launch token without setting a cookie', () => {
    const answer = check('/?token=nonsense')!;
    expect(answer.status).toBe(401);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it('refuses a name that was made to point here (DNS rebinding), token or not', () => {
    expect(check('/', { ...cookie, host: 'evil.example:4711' })!.status).toBe(403);
    expect(check('/', { ...cookie, host: 'localhost:4711' })!.status).toBe(403);
    expect(check('/', { ...cookie, host: '127.0.0.1:4712' })!.status).toBe(403);
  });

  it('refuses what other pages ask for, also those of other ports on this machine', () => {
    expect(check('/api/studies', { ...cookie, origin: 'https://evil.example' }, 'POST')!.status).toBe(403);
    expect(check('/api/studies', { ...cookie, origin: 'null' }, 'POST')!.status).toBe(403);
    expect(check('/api/host', { ...cookie, 'sec-fetch-site': 'cross-site' })!.status).toBe(403);
    expect(check('/api/host', { ...cookie, 'sec-fetch-site': 'same-site' })!.status).toBe(403);
    expect(check('/api/host', { ...cookie, 'sec-fetch-site': 'same-origin' })).toBeNull();
  });

  it('lets a link to the launch address be followed', () => {
    const followed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect(check(`/?token=${TOKEN}`, followed)!.status).toBe(303);
  });
});
