// The browser host over real HTTP: who gets in, what headers say, what streams.
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowserHost, type BrowserHost } from './serve.ts';

const home = mkdtempSync(join(tmpdir(), 'concord-serve-'));
let host: BrowserHost;
beforeAll(async () => {
  host = await startBrowserHost({ home });
});
afterAll(async () => {
  await host.close();
  rmSync(home, { recursive: true });
});

const ours = () => ({ 'x-concord-token': host.token });

/** A request with headers that fetch would not let us set. */
function raw(path: string, headers: Record<string, string>): Promise<number> {
  const { port } = new URL(host.origin);
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('the browser host', () => {
  it('answers on 127.0.0.1 and puts its token into the address', () => {
    expect(host.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{24}$/);
  });

  it('lets the printed address in, and the cookie that it sets, and nobody else', async () => {
    const first = await fetch(host.address, { redirect: 'manual' });
    expect(first.status).toBe(303);
    const cookie = first.headers.get('set-cookie')!.split(';')[0];
    const answer = await fetch(`${host.origin}/api/host`, { headers: { cookie } });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ name: 'Concord', host: 'browser', oneStudy: false });
    expect((await fetch(`${host.origin}/api/host`)).status).toBe(401);
    expect((await fetch(`${host.origin}/`)).status).toBe(401);
  });

  it('refuses other host names and other origins', async () => {
    expect(await raw('/api/host', { ...ours(), host: 'evil.example' })).toBe(403);
    expect(await raw('/api/host', { ...ours(), origin: 'https://evil.example' })).toBe(403);
    expect(await raw('/api/host', ours())).toBe(200);
  });

  it('says what a browser must hold to', async () => {
    const answer = await fetch(`${host.origin}/api/host`, { headers: ours() });
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    const page = await fetch(`${host.origin}/`, { headers: ours() });
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(page.headers.get('content-security-policy')).not.toContain("'unsafe-eval'");
  });

  it('serves nothing outside the page’s folder, and takes no posts there', async () => {
    for (const path of [
      '/../package.json',
      '/%2e%2e/package.json',
      '/..%2f..%2fpackage.json',
      '/%00',
      '/%',
    ]) {
      expect([400, 404]).toContain(await raw(path, ours()));
    }
    const answer = await fetch(`${host.origin}/`, { method: 'POST', headers: ours() });
    expect(answer.status).toBe(405);
  });

  it('answers unknown routes with problem details', async () => {
    const answer = await fetch(`${host.origin}/api/nothing`, { headers: ours() });
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('refuses a port that is taken, in one sentence', async () => {
    const port = Number(new URL(host.origin).port);
    const elsewhere = mkdtempSync(join(tmpdir(), 'concord-serve-'));
    await expect(startBrowserHost({ home: elsewhere, port })).rejects.toThrow(/Choose another with --port/);
    rmSync(elsewhere, { recursive: true });
  });
});
