// Who may talk to the browser host: this machine's browser, opened with the launch token, and nobody's web page.
import { timingSafeEqual } from 'node:crypto';
import { plain } from './pages.ts';

export interface Guard {
  /** A refusal or redirect, or null when the request may go on. */
  check(request: Request): Response | null;
}

/**
 * `origin` is the host's own, for example http://127.0.0.1:4711. Host must name it (a DNS name that points here is
 * refused), Origin must be it where given, and the cookie must hold the token; `/?token=…` sets the cookie. Programs
 * of ours send the token as `x-concord-token`.
 */
export function createGuard(origin: string, token: string): Guard {
  const { host, port } = new URL(origin);
  // Cookies know no ports: two hosts on one machine must not overwrite each other's.
  const cookie = `concord-${port}`;
  return {
    check(request) {
      const url = new URL(request.url);
      if (request.headers.get('host') !== host) return plain(403, 'This address is not Concord’s.');
      if (foreign(request, origin)) return plain(403, 'Another web page asked for this; Concord refused.');
      if (url.pathname === '/' && url.searchParams.has('token')) {
        if (!same(url.searchParams.get('token') ?? '', token)) {
          return plain(
            401,
            'This launch token is not valid any more: open the address that Concord printed last.',
          );
        }
        return new Response(null, {
          status: 303,
          headers: {
            location: '/',
            'set-cookie': `${cookie}=${token}; HttpOnly; SameSite=Strict; Path=/`,
            'cache-control': 'no-store',
          },
        });
      }
      const given = request.headers.get('x-concord-token') ?? valueOf(cookie, request);
      if (same(given, token)) return null;
      return plain(
        401,
        'Open Concord with the address that it printed when it started: the token in it lets you in.',
      );
    },
  };
}

/** True when another web page asks: by its Origin, or (for requests without one) by what the browser says of it. */
function foreign(request: Request, origin: string): boolean {
  const from = request.headers.get('origin');
  if (from !== null) return from !== origin;
  const site = request.headers.get('sec-fetch-site');
  const opensPage = request.headers.get('sec-fetch-mode') === 'navigate' && request.method === 'GET';
  return site !== null && site !== 'same-origin' && site !== 'none' && !opensPage;
}

function valueOf(cookie: string, request: Request): string {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [name, value] = part.trim().split('=');
    if (name === cookie) return value ?? '';
  }
  return '';
}

function same(a: string, b: string): boolean {
  const x = Buffer.from(a);
  const y = Buffer.from(b);
  return x.length === y.length && timingSafeEqual(x, y);
}
