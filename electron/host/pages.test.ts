import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hardened, pageResponse } from './pages.ts';

const top = mkdtempSync(join(tmpdir(), 'concord-pages-'));
const folder = join(top, 'renderer');
beforeAll(() => {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<p>page</p>');
  writeFileSync(join(folder, 'assets', 'main-3f2a.js'), 'export {};');
  writeFileSync(join(top, 'secret.txt'), 'secret');
});
afterAll(() => rmSync(top, { recursive: true }));

describe('files of the page', () => {
  it('serves the page anew and hashed assets for good', async () => {
    const page = await pageResponse(folder, '/');
    expect(await page.text()).toBe('<p>page</p>');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('content-type')).toContain('text/html');
    const asset = await pageResponse(folder, '/assets/main-3f2a.js');
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(asset.headers.get('content-type')).toContain('text/javascript');
  });

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets',
    '/none.js',
    '/a%00',
  ])('has nothing at %s', async (path) => expect((await pageResponse(folder, path)).status).toBe(404));

  it('says so when an address cannot be read', async () => {
    expect((await pageResponse(folder, '/%')).status).toBe(400);
  });
});

describe('answers of the API', () => {
  it('keep their status, their own headers and their stream', async () => {
    let pulls = 0;
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode(`event ${pulls}\n`));
        if (++pulls === 3) controller.close();
      },
    });
    const answer = hardened(
      new Response(stream, { status: 202, headers: { 'content-security-policy': 'mine', 'x-own': '1' } }),
    );
    expect(answer.status).toBe(202);
    expect(answer.headers.get('content-security-policy')).toBe('mine');
    expect(answer.headers.get('x-own')).toBe('1');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).toBe('event 0\nevent 1\nevent 2\n');
  });

  it('may be empty', () => expect(hardened(new Response(null, { status: 204 })).status).toBe(204));
});
